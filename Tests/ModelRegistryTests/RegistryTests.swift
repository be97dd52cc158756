import Foundation
import JSON
import Measurements
import Testing

@testable import ModelRegistry

@Suite struct RegistryTests {
  private func registry(_ text: String) throws(RegistryError) -> Registry { try Registry(parsing: Array(text.utf8)) }

  @Test("Roles come in file order and other programs' keys don't matter")
  func fileOrder() throws {
    let registry = try registry(
      #"{"endpoints":{"x":1},"models":{"quickest":"o/a","default":"o/b","oss":"o/a"},"z":[]}"#)
    #expect(registry.roles == ["quickest", "default", "oss"])
    #expect(registry.modelIDs == ["o/a", "o/b"])
    #expect(registry["default"] == "o/b")
    #expect(registry["coding"] == nil)
  }

  @Test("A role resolves to its id, a registered id to itself")
  func resolves() throws {
    let registry = try registry(#"{"models":{"default":"o/a"}}"#)
    #expect(try registry.resolve("default").description == "default -> o/a (role)")
    #expect(try registry.resolve("o/a").description == "o/a -> o/a (exact id)")
  }

  @Test("Any other name is an error that lists what is known", arguments: ["Default", "o/a ", "", "coding", "models"])
  func unknownName(_ name: String) throws {
    let registry = try registry(#"{"models":{"default":"o/a","oss":"o/b"}}"#)
    let error = #expect(throws: RegistryError.self) { try registry.resolve(name) }
    #expect(error == .unknownName(name, path: "registry.json", roles: ["default", "oss"], ids: ["o/a", "o/b"]))
    #expect(error?.description.hasSuffix("roles: default, oss; ids: o/a, o/b") == true)
  }

  static let malformed: [(String, RegistryError.ContentProblem)] = [
    ("[]", .notAnObject(kind: "an array")),
    ("{}", .modelsMissing),
    (#"{"models":null}"#, .modelsNotAnObject(kind: "null")),
    ("just words", .unrecognized),
  ]

  static let unusable: [(String, Role, RegistryError.ContentProblem)] = [
    (#"{"id":"x"}"#, "default", .idNotAString("default", kind: "an object")),
    ("7", "default", .idNotAString("default", kind: "a number")),
    (#""x""#, "", .malformedRole("")),
    (#""x""#, " ", .malformedRole(" ")),
    (#""x""#, "a\u{7}b", .malformedRole("a\u{7}b")),
    (#""coding""#, "default", .idNamesARole("default", "coding")),
  ]

  @Test("One bad role is named, and the others stay what they are", arguments: unusable)
  func badRole(_ value: String, _ role: Role, _ problem: RegistryError.ContentProblem) throws {
    let name = JSONValue.string(role.rawValue).serialized()
    let registry = try registry("{\"models\":{\"coding\":\"o/a\",\(name):\(value),\"stage0_embedding\":\"o/e\"}}")
    #expect(registry.roles == ["coding", role, "stage0_embedding"])
    #expect(registry.models == ["coding": "o/a", "stage0_embedding": "o/e"])
    #expect(throws: RegistryError.content(path: "registry.json", problem)) { try registry.resident(of: role) }
    #expect(throws: RegistryError.content(path: "registry.json", problem)) { try registry.resolve(role.rawValue) }
    let edit = try RegistryEdit(role: role, expected: "x", replacement: "o/b")
    #expect(throws: RegistryError.content(path: "registry.json", problem)) { try registry.proposal(for: edit) }
    let other = try RegistryEdit(role: "coding", expected: "o/a", replacement: "o/b")
    #expect(try Registry(parsing: registry.proposal(for: other).bytes).models["coding"] == "o/b")
  }

  @Test(
    "A role without an id is not set: it resolves to an error, and nothing is promoted to it",
    arguments: ["null", #""""#, #"" \t""#])
  func unset(_ value: String) throws {
    let registry = try registry("{\"models\":{\"default\":\(value),\"Größe_1\":\"o/a\"}}")
    #expect(registry.entries.map(\.meaning) == [.unset, .model("o/a")])
    #expect(try registry.resolve("Größe_1").id == "o/a")
    let error = RegistryError.roleUnset("default", path: "registry.json")
    #expect(throws: error) { try registry.resolve("default") }
    let edit = try RegistryEdit(role: "default", expected: "o/a", replacement: "o/b")
    #expect(throws: error) { try registry.proposal(for: edit) }
  }

  @Test("A malformed registry is one clear error", arguments: malformed)
  func refusesMalformed(_ text: String, _ problem: RegistryError.ContentProblem) throws {
    #expect(throws: RegistryError.content(path: "registry.json", problem)) { try registry(text) }
  }

  @Test("An id that is its own role's name has one meaning and is allowed")
  func idEqualsRole() throws {
    #expect(try registry(#"{"models":{"embedding":"embedding"}}"#).resolve("embedding").id == "embedding")
  }

  @Test("Invalid JSON is refused with line and column")
  func invalidJSON() throws {
    let error = #expect(throws: RegistryError.self) { try registry("{\n  \"models\": {\"a\" \"b\"}\n}") }
    #expect(
      error?.description == "registry.json: not valid JSON: unexpected '\"' at line 2, column 18")
    #expect(throws: RegistryError.self) { try registry(#"{"models":{"a":"x","a":"y"}}"#) }
    #expect(throws: RegistryError.self) { try registry("") }
  }

  @Test("Every prefix of a registry is an error and never a crash")
  func truncation() throws {
    let bytes = Array(#"{"models":{"a":"x\u00e9\\","b":"é"},"n":[1.5e3,true]}"#.utf8)
    for count in 0..<bytes.count {
      #expect(throws: RegistryError.self) { try Registry(parsing: Array(bytes[..<count])) }
    }
  }

  @Test("The command line overrides the environment, which overrides the default path")
  func location() {
    let home = URL(fileURLWithPath: "/home/someone")
    let environment = ["RESIDENT_REGISTRY": "~/models.json"]
    func path(_ override: String?, _ environment: [String: String]) -> String {
      RegistryLocation.url(override: override, environment: environment, home: home).path
    }
    #expect(path("/etc/registry.json", environment) == "/etc/registry.json")
    #expect(path(nil, environment) == "/home/someone/models.json")
    #expect(path("", ["RESIDENT_REGISTRY": ""]) == "/home/someone/.config/ai-stack/registry.json")
  }
}
