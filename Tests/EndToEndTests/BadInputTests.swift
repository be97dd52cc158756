import Foundation
import TestSupport
import Testing

/// Bad input other than models: one clear error, exit code 2, nothing lost.
@Suite("Bad input on the command line")
struct BadInputTests {
  private let comparison: Comparison

  init() throws { comparison = try Comparison() }

  private func expectOneError(
    _ arguments: [String], _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let result = try comparison.program.run(arguments)
    #expect(result.status == 2, "\(result.errors)", sourceLocation: sourceLocation)
    let errors = result.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
    #expect(errors.count == 1, "\(result.errors)", sourceLocation: sourceLocation)
    for word in words { #expect(result.errors.contains(word), "\(result.errors)", sourceLocation: sourceLocation) }
  }

  private let compare = ["compare", "smollm2-135m-4bit-g64", "--role", "default", "--envelope", "tiny.json"]

  @Test("Unknown keys of an envelope are all reported at once, with their paths")
  func envelopeKeys() throws {
    let text = Comparison.envelope(0.02)
      .replacingOccurrences(of: #""blocks""#, with: #""blokcs": 1, "blocks""#)
      .replacingOccurrences(of: #""margin""#, with: #""margn": 1, "margin""#)
    try comparison.folder.write(text, to: "bad.json")
    try expectOneError(["envelope", "validate", "bad.json"], "plan.blokcs", "promotion.guardrails[0].margn")
  }

  @Test("A named pipe or a device in the place of a file is refused at once")
  func specialFiles() throws {
    let folder = comparison.folder
    #expect(mkfifo(folder("pipe").path, 0o600) == 0)
    try FileManager.default.createDirectory(at: folder("model"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      at: folder("zero"), withDestinationURL: URL(fileURLWithPath: "/dev/zero"))
    for name in ["pipe", "zero"] {
      let kind = name == "pipe" ? "a named pipe" : "a device"
      try expectOneError(["sessions", "--db", name], kind)
      try expectOneError(["envelope", "validate", name], kind)
      try expectOneError(["nightly", name, "--dry-run"], kind)
      try expectOneError(["models", "import", name, "--out", "out"], "not a regular file")
      try expectOneError(
        ["engine", "perplexity", "--model", "models/smollm2-135m-4bit-g64", "--text", name], kind)
      try? FileManager.default.removeItem(at: folder("model/config.json"))
      try FileManager.default.createSymbolicLink(at: folder("model/config.json"), withDestinationURL: folder(name))
      try expectOneError(["engine", "generate", "--model", "model", "--prompt", "x"], "config.json")
    }
  }

  @Test("A registry that is not JSON is refused and stays as it is")
  func brokenRegistry() throws {
    try comparison.folder.write("{ not json", to: "registry.json")
    try expectOneError(compare, "registry.json", "line 1")
    #expect(try comparison.registryText == "{ not json")
  }

  @Test("A missing role is refused with the known ones")
  func missingRole() throws {
    try expectOneError(["registry", "resolve", "embedding"], "embedding", "default", "coding")
  }

  @Test("A missing registry is named")
  func missingRegistry() throws {
    try FileManager.default.removeItem(at: comparison.folder("registry.json"))
    try expectOneError(compare, "registry.json")
  }

  @Test("A candidate that does not exist is refused with the known models")
  func unknownCandidate() throws {
    try expectOneError(
      ["compare", "org/nothing", "--role", "default", "--envelope", "tiny.json"], "org/nothing", "smollm2-135m")
  }

  @Test("A model is not compared with itself")
  func sameModel() throws {
    try expectOneError(
      ["compare", "smollm2-135m", "--role", "default", "--envelope", "tiny.json"], "itself")
  }

  @Test("A database of a newer schema is refused")
  func newerSchema() throws {
    let path = comparison.folder("resident.sqlite").path
    _ = try comparison.program.run("run", "smollm2-135m", "--envelope", "tiny.json", "--threads", "1")
    try Self.sqlite(path, "PRAGMA user_version = 999")
    try expectOneError(compare, "resident.sqlite", "999", "update")
  }

  @Test("A file that is no database is refused and not overwritten")
  func notADatabase() throws {
    let file = try comparison.folder.write(String(repeating: "not a database. ", count: 100), to: "resident.sqlite")
    let before = try Data(contentsOf: file)
    try expectOneError(compare, "resident.sqlite")
    #expect(try Data(contentsOf: file) == before)
  }

  @Test("A comparison that does not exist is named")
  func unknownComparison() throws {
    _ = try comparison.program.run("run", "smollm2-135m", "--envelope", "tiny.json", "--threads", "1")
    try expectOneError(["promote", "--comparison", "77", "--role", "default"], "77")
    try expectOneError(["promote", "--comparison", "1", "--role", "default"], "compar")
  }

  @Test("Options out of range are usage errors")
  func usage() throws {
    try expectOneError(compare + ["--threads", "0"], "--threads")
    try expectOneError(["compare", "x", "--envelope", "tiny.json"], "--role")
    try expectOneError(["no-such-command"], "no-such-command")
  }

  private static func sqlite(_ path: String, _ sql: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c", "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])", path, sql,
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }
}
