import Foundation
import Measurements
import TestSupport
import Testing

@testable import ModelRegistry

@Suite struct RegistryCreationTests {
  private let folder: TemporaryFolder
  private let models: [(Role, ModelID)] = [("default", "o/a"), ("coding", "o/\"b\"")]

  init() throws { folder = try TemporaryFolder() }

  @Test("A registry is created with its folder, its roles in the given order")
  func creates() throws {
    let url = folder("new/ai-stack/registry.json")
    try RegistryFile(url).create(models: models)
    let expected = "{\n  \"models\": {\n    \"default\": \"o/a\",\n    \"coding\": \"o/\\\"b\\\"\"\n  }\n}\n"
    #expect(try folder.text(of: "new/ai-stack/registry.json") == expected)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder("new/ai-stack").path) == ["registry.json"])
  }

  @Test("Whatever has the name already is refused and kept")
  func refusesExisting() throws {
    let url = try folder.write("mine", to: "registry.json")
    #expect(throws: RegistryError.file(path: url.path, .alreadyExists)) { try RegistryFile(url).create(models: models) }
    #expect(try folder.text(of: "registry.json") == "mine")
    let link = folder("dangling.json")
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: folder("nothing"))
    #expect(throws: RegistryError.file(path: link.path, .alreadyExists)) {
      try RegistryFile(link).create(models: models)
    }
    #expect(folder.names == ["dangling.json", "registry.json"])
  }

  @Test("A file that appears during creation is kept")
  func keepsLateFile() throws {
    let url = folder("registry.json")
    let file = RegistryFile(url) { step in
      if step == .temporaryFlushed { #expect(throws: Never.self) { try Data("mine".utf8).write(to: url) } }
    }
    #expect(throws: RegistryError.self) { try file.create(models: models) }
    #expect(try folder.text(of: "registry.json") == "mine")
    #expect(folder.names == ["registry.json"])
  }

  @Test("Models that make no registry create no file")
  func refusesInvalid() throws {
    let file = RegistryFile(folder("registry.json"))
    #expect(throws: RegistryError.repeatedRole("a")) { try file.create(models: [("a", "o/a"), ("a", "o/b")]) }
    #expect(throws: RegistryError.unusableID(" ")) { try file.create(models: [("a", " ")]) }
    #expect(throws: RegistryError.self) { try file.create(models: [("a\tb", "o/a")]) }
    #expect(folder.names.isEmpty)
  }
}
