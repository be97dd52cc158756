import Measurements
import Testing

@testable import ModelRegistry

@Suite struct RegistryEditTests {
  private let text = "{ \"models\" : {\r\n\t\"default\":\"o/a\", \"coding\" : \"o\\/a\", \"oss\": \"o/b\" } }"

  private func applying(_ edit: RegistryEdit) throws -> String {
    String(decoding: try Registry(parsing: Array(text.utf8)).proposal(for: edit).bytes, as: UTF8.self)
  }

  @Test("Several roles change in one edit, whatever their order in the file")
  func severalRoles() throws {
    let edit = try RegistryEdit([
      .init(role: "oss", expected: "o/b", replacement: "p/longer-name"),
      .init(role: "default", expected: "o/a", replacement: "q"),
    ])
    #expect(
      try applying(edit)
        == "{ \"models\" : {\r\n\t\"default\":\"q\", \"coding\" : \"o\\/a\", \"oss\": \"p/longer-name\" } }")
  }

  @Test("An id that was not measured is not replaced, and neither is any other role of the edit")
  func refusesMovedResident() throws {
    let edit = try RegistryEdit([
      .init(role: "default", expected: "o/a", replacement: "o/c"),
      .init(role: "oss", expected: "o/a", replacement: "o/c"),
    ])
    #expect(throws: RegistryError.residentMoved("oss", expected: "o/a", found: "o/b")) { try applying(edit) }
  }

  @Test("An unknown role is refused with the known ones")
  func unknownRole() throws {
    let edit = try RegistryEdit(role: "embedding", expected: "o/a", replacement: "o/c")
    #expect(throws: RegistryError.unknownRole("embedding", path: "registry.json", known: ["default", "coding", "oss"]))
    {
      try applying(edit)
    }
  }

  @Test("A new id is escaped, and reads back as itself", arguments: ["o/\"q\"", "back\\slash", "é/😀", "a/b"])
  func escapes(_ id: String) throws {
    let edit = try RegistryEdit(role: "default", expected: "o/a", replacement: ModelID(rawValue: id))
    let edited = try applying(edit)
    #expect(try Registry(parsing: Array(edited.utf8))["default"]?.rawValue == id)
  }

  @Test("A change to the same id keeps the id's spelling")
  func assertsOnly() throws {
    #expect(try applying(RegistryEdit(role: "coding", expected: "o/a", replacement: "o/a")) == text)
  }

  @Test("An edit can be taken back")
  func reverses() throws {
    let edit = try RegistryEdit(role: "default", expected: "o/a", replacement: "o/c")
    let edited = try Registry(parsing: Registry(parsing: Array(text.utf8)).proposal(for: edit).bytes)
    #expect(try edited.proposal(for: edit.reversed()).bytes == Array(text.utf8))
  }

  @Test("An edit that would give a name two meanings is refused")
  func refusesInvalidResult() throws {
    let edit = try RegistryEdit(role: "default", expected: "o/a", replacement: "oss")
    #expect(throws: RegistryError.content(path: "registry.json", .idNamesARole("default", "oss"))) {
      try applying(edit)
    }
  }

  @Test("Edits that can't be meant are refused")
  func refusesNonsense() {
    let change = RegistryEdit.Change(role: "default", expected: "o/a", replacement: "o/b")
    #expect(throws: RegistryError.emptyEdit) { try RegistryEdit([]) }
    #expect(throws: RegistryError.repeatedRole("default")) { try RegistryEdit([change, change]) }
    for id: ModelID in ["", " ", "a\nb", "a\u{0}"] {
      #expect(throws: RegistryError.unusableID(id)) {
        try RegistryEdit(role: "default", expected: "o/a", replacement: id)
      }
    }
  }

  @Test("In any layout, only the bytes of the value differ")
  func preservesBytes() throws {
    for seed in 0..<1000 as Range<UInt64> {
      let odd = OddRegistry(seed: seed)
      let edit = try RegistryEdit(
        role: "default", expected: ModelID(rawValue: odd.id), replacement: "new/\"id\"-8bit")
      let edited = try Registry(parsing: odd.bytes).proposal(for: edit).bytes
      #expect(edited == odd.before + Array(#""new/\"id\"-8bit""#.utf8) + odd.after, "seed \(seed)")
    }
  }
}
