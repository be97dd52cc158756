import Testing
@testable import JSON

@Suite("JSON parser")
struct JSONParserTests {
  @Test("Members keep their order and numbers their kind")
  func orderAndKinds() throws {
    let value = try JSONValue(parsing: #"{"z": 1, "a": [1.5, -2e3, true, null, "x"], "m": {}}"#)
    #expect(value.object?.names == ["z", "a", "m"])
    #expect(value["z"] == .integer(1))
    #expect(value["a"]?.array == [.number(1.5), .number(-2000), .bool(true), .null, .string("x")])
  }

  @Test("Escapes and surrogate pairs are decoded")
  func escapes() throws {
    #expect(try JSONValue(parsing: #""a\n\u00e9\ud83d\ude00\/""#).string == "a\né😀/")
  }

  @Test(
    "Malformed text is refused with its place",
    arguments: [
      (#"{"a": 1"#, JSONError.Problem.unexpectedEnd, 1, 8),
      ("[1,\n 01]", .invalidNumber, 2, 4),
      (#"{"a":1,"a":2}"#, .duplicateName("a"), 1, 12),
      ("[1] x", .trailingContent, 1, 5),
      ("\"a\u{01}\"", .controlCharacterInString, 1, 3),
      (#""\ud800x""#, .invalidEscape, 1, 8),
      ("1e999", .numberOutOfRange, 1, 6),
      ("nul", .unexpectedEnd, 1, 4),
    ])
  func malformed(text: String, problem: JSONError.Problem, line: Int, column: Int) {
    #expect(throws: JSONError(problem: problem, line: line, column: column)) { try JSONValue(parsing: text) }
  }

  @Test("Nesting is bounded rather than overflowing the stack")
  func nesting() {
    let text = String(repeating: "[", count: 100_000)
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }

  @Test("Bytes that are not UTF-8 are refused")
  func invalidUTF8() {
    #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
  }

  @Test("Two spellings of one letter are two names")
  func normalization() throws {
    let value = try JSONValue(parsing: "{\"\u{E9}\": 1, \"e\u{301}\": 2}")
    #expect(value.object?.count == 2)
  }

  @Test("The range of a nested value covers exactly its bytes")
  func range() throws {
    let text = #"{ "other": {"default": "x"}, "models" : { "default" :  "org/a" } }"#
    let bytes = Array(text.utf8)
    let range = try #require(try JSONValue.range(ofValueAt: ["models", "default"], in: bytes))
    #expect(String(decoding: bytes[range], as: UTF8.self) == #""org/a""#)
    #expect(try JSONValue.range(ofValueAt: ["models", "coding"], in: bytes) == nil)
  }
}
