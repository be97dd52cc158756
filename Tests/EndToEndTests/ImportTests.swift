import Foundation
import JSON
import TestSupport
import Testing

/// The repository's own dataset, imported through the built program.
@Suite("Imports on the command line")
struct ImportTests {
  private let folder: TemporaryFolder
  private let program: Program
  private static let results = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../results").standardizedFileURL.path

  init() throws {
    folder = try TemporaryFolder()
    program = Program(in: folder.url)
    try folder.write(#"{"models": {"default": "smollm2-135m"}}"#, to: "registry.json")
  }

  private func count(_ table: String) throws -> String {
    try program.run("query", "SELECT count(*) AS n FROM \(table)", "--format", "csv").output
  }

  @Test("An import that is killed at any moment leaves all of it or nothing, and is finished by repeating it")
  func killed() throws {
    // Creates the database.
    #expect(try program.run("import", Self.results).status == 0)
    let whole = try count("samples")
    #expect(whole == "n\n496\n")
    var wasEmpty = false
    for attempt in 1...12 {
      for name in folder.names where name.hasPrefix("resident.sqlite") {
        try FileManager.default.removeItem(at: folder(name))
      }
      let process = try program.start(
        ["import", Self.results], output: .nullDevice, errors: .nullDevice)
      Thread.sleep(forTimeInterval: 0.05 * Double(attempt))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      guard FileManager.default.fileExists(atPath: folder("resident.sqlite").path) else { continue }
      let samples = try count("samples")
      // A database without its tables is one that was killed before it had any.
      #expect(["", "n\n0\n", whole].contains(samples), "\(samples)")
      if samples == "n\n0\n" { wasEmpty = true }
      #expect(try program.run("import", Self.results).status == 0)
      #expect(try count("samples") == whole)
      #expect(try count("imports") == "n\n2\n")
    }
    _ = wasEmpty
  }

  @Test("Every page says where a session comes from and that it was set aside")
  func pages() throws {
    _ = try program.run("import", Self.results)
    let listed = try program.run("sessions")
    #expect(
      listed.output.split(separator: "\n").allSatisfy { $0.hasSuffix("; imported from \(Self.results), unsigned") })
    for command in ["show", "explain"] {
      let shown = try program.run(command, "1")
      #expect(shown.output.hasPrefix("comparison 1, imported from \(Self.results), unsigned\n"), "\(shown.output)")
      let json = try JSONValue(parsing: program.run(command, "1", "--json").output)
      #expect(json["origin"]?["kind"] == "imported" && json["set_aside"] == .null)
    }
    let promoted = try program.run("promote", "--comparison", "1")
    #expect(promoted.status == 2 && promoted.output.isEmpty)
    #expect(
      promoted.errors.hasPrefix("error: comparison 1 (imported from ")
        && promoted.errors.split(separator: "\n").count == 1)
    #expect(try program.run("promote").status == 2)

    let setAside = try program.run("sessions", "set-aside", "1", "--why", "made up")
    #expect(setAside.output == "session 1 is set aside: made up\n")
    #expect(try program.run("sessions", "set-aside", "1", "--why", "again").status == 2)
    #expect(try program.run("sessions").output.contains("unsigned, set aside: made up\n"))
    #expect(try program.run("sessions", "--json").output.contains(#""why": "made up""#))
    #expect(
      try program.run("show", "1").output.hasPrefix("comparison 1, imported from \(Self.results), unsigned, set aside"))
    #expect(try program.run("report", "--out", "report", "--no-charts").status == 0)
    #expect(try folder.text(of: "report/comparisons/1.html").contains("origin: imported, set aside: made up"))
    #expect(try folder.text(of: "report/index.html").contains("<td>imported, set aside: made up</td>"))
    #expect(try folder.text(of: "report/RANKINGS.md").contains("| imported |"))
    let sql = "SELECT session, origin, is_set_aside FROM session_marks ORDER BY session"
    #expect(
      try program.run("query", sql, "--format", "csv").output
        == "session,origin,is_set_aside\n1,imported,1\n2,imported,0\n")

    #expect(try program.run("export", "--out", "out").status == 0)
    let origins = try program.run(
      "query", "SELECT DISTINCT origin FROM sessions", "--results", "out", "--format", "csv")
    #expect(origins.output.replacing("\r", with: "") == "origin\nimported\n")
    let verified = try program.run("verify", "out")
    #expect(verified.status == 0 && verified.output.contains("the session was set aside: "), "\(verified.output)")
    #expect(try program.run("sessions", "restore", "1").status == 0)
    #expect(
      try program.run("sessions", "restore", "1").errors
        == "error: session 1 is not set aside; there is nothing to restore\n")
  }
}
