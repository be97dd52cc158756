import Foundation
import Measurements
import Platform
import TestSupport
import Testing

@testable import ModelRegistry

/// The Python that has PyYAML; nil unless `make test-registry` runs the tests.
private let readersPython = ProcessInfo.processInfo.environment["RESIDENT_READERS_PYTHON"]

/// Edited registries as the programs that read them see them: `make test-registry` installs and names them.
@Suite(
  "Readers that others wrote", .enabled(if: readersPython != nil, "make test-registry installs the readers"))
struct ForeignReaderTests {
  /// Every text of the forms' own tests with the edit made, by its language.
  static let edited: [(language: String, text: String)] = {
    var texts: [(String, String)] = []
    func add(_ language: String, _ marked: String, to id: ModelID = "o/b") {
      if let text = try? MarkedText(marked).pointing("coding", at: id).text { texts.append((language, text)) }
      if let text = try? MarkedText(marked).pointing("default", at: id).text { texts.append((language, text)) }
    }
    for marked in NixModuleTests.replaced + NixModuleTests.inserted.map(\.0) + NixSourceTests.locatable {
      add("nix", marked)
      add("nix", marked, to: "new/\"x\"\\${y}")
    }
    for marked in YAMLFormTests.proxies.map(\.0) + YAMLFormTests.swaps.map(\.0) { add("yaml", marked) }
    for seed in 0..<50 as Range<UInt64> {
      let odd = OddRegistry(seed: seed)
      let edit = try? RegistryEdit(role: "default", expected: ModelID(rawValue: odd.id), replacement: "o/\"b\"")
      if let edit, let bytes = try? Registry(parsing: odd.bytes).proposal(for: edit).bytes {
        texts.append(("json", String(decoding: bytes, as: UTF8.self)))
      }
    }
    for sample in RegistrySample.all {
      let language = sample.file.hasSuffix("nix") ? "nix" : sample.file.hasSuffix("yaml") ? "yaml" : "json"
      texts.append((language, sample.text("o/b")))
    }
    return texts
  }()

  @Test("All of them are there: every form, a hundred texts and more")
  func coverage() {
    #expect(Set(Self.edited.map(\.language)) == ["nix", "yaml", "json"])
    #expect(Self.edited.count > 100)
  }

  @Test("Nix parses every edited source", arguments: edited.filter { $0.language == "nix" }.map(\.text))
  func nix(_ text: String) throws {
    // In a scope that any name may be from.
    try expectReadable("with {}; " + text, by: ["nix-instantiate", "--parse"], "registry.nix")
  }

  @Test("PyYAML reads every edited configuration", arguments: edited.filter { $0.language == "yaml" }.map(\.text))
  func yaml(_ text: String) throws {
    let python = try #require(readersPython)
    try expectReadable(
      text, by: [python, "-c", "import sys, yaml; yaml.safe_load(open(sys.argv[1]))"], "registry.yaml")
  }

  @Test("Python reads every edited JSON", arguments: edited.filter { $0.language == "json" }.map(\.text))
  func json(_ text: String) throws {
    let python = try #require(readersPython)
    // The tool refuses a byte order mark, with which the text was read before the edit as well.
    let isMarked = text.unicodeScalars.first == "\u{FEFF}"
    let script = "import json, sys; json.load(open(sys.argv[1], encoding='utf-8-sig'))"
    try expectReadable(text, by: isMarked ? [python, "-c", script] : [python, "-m", "json.tool"], "registry.json")
  }

  private func expectReadable(_ text: String, by command: [String], _ file: String) throws {
    let folder = try TemporaryFolder()
    let url = try folder.write(text, to: file)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command + [url.path]
    process.standardOutput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let message = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)\n\(message)")
  }
}
