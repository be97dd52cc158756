import JSON
import Testing

@Suite("JSON object")
struct JSONObjectTests {
  @Test("A later member replaces an earlier one in place, and nil removes")
  func replacing() {
    var object = JSONObject([("b", 1), ("a", 2), ("b", 3)])
    #expect(Array(object.members) == [.init(name: "b", value: 3), .init(name: "a", value: 2)])
    object["a"] = .null
    object["c"] = "x"
    #expect(object.names == ["b", "a", "c"] && object["a"] == .null)
    object["b"] = nil
    object["d"] = nil
    #expect(object.names == ["a", "c"] && object["b"] == nil && object["c"] == "x" && object.count == 2)
  }

  @Test("Order does not matter to equality, names and values do")
  func equality() {
    let object = JSONObject([("a", 1), ("b", 2)])
    #expect(object == JSONObject([("b", 2), ("a", 1)]))
    #expect(object != JSONObject([("a", 1)]) && object != JSONObject([("a", 1), ("b", 3)]))
    #expect(object != JSONObject([("a", 1), ("c", 2)]) && JSONObject([("a", .null)]) != JSONObject([("b", .null)]))
  }

  @Test("Two spellings of one letter are two names")
  func normalization() throws {
    let value = try JSONValue(parsing: "{\"\u{E9}\": 1, \"e\u{301}\": 2}")
    #expect(value.object?.count == 2)
    #expect(value["\u{E9}"] == 1 && value["e\u{301}"] == 2)
    #expect(try value == JSONValue(parsing: "{\"e\u{301}\": 2, \"\u{E9}\": 1}"))
  }

  /// Would take far longer if each lookup searched all members.
  @Test("Large objects are built and searched quickly")
  func largeObjects() throws {
    let object = JSONObject((0..<20_000).map { ("name \($0)", .integer($0)) })
    #expect((0..<20_000).allSatisfy { object["name \($0)"] == .integer($0) })
    #expect(try JSONValue(parsing: JSONValue.object(object).serialized()).object == object)
  }
}
