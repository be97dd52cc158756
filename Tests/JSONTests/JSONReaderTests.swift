import Testing

@testable import JSON

@Suite("JSON reader")
struct JSONReaderTests {
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
      ("[t rue]", .unexpectedByte(0x20), 1, 3),
    ])
  func malformed(text: String, problem: JSONError.Problem, line: Int, column: Int) {
    #expect(throws: JSONError(problem: problem, line: line, column: column)) { try JSONValue(parsing: text) }
  }

  @Test("Nesting is bounded rather than overflowing the stack", arguments: [("[", "0", "]"), (#"{"a":"#, "0", "}")])
  func nesting(opening: String, inner: String, closing: String) {
    func text(depth: Int) -> String {
      String(repeating: opening, count: depth) + inner + String(repeating: closing, count: depth)
    }
    let limit = JSONReader.depthLimit
    #expect(throws: Never.self) { try JSONValue(parsing: text(depth: limit)) }
    for depth in [limit + 1, 100_000] {
      let error = JSONError(
        problem: .nestedTooDeeply(limit: limit), line: 1, column: limit * opening.utf8.count + 1)
      #expect(throws: error) { try JSONValue(parsing: text(depth: depth)) }
    }
    #expect(throws: Never.self) { try JSONValue(parsing: "[" + String(repeating: "[],", count: limit) + "[]]") }
  }

  @Test("Bytes that are not UTF-8 are refused", arguments: [[0x22, 0xFF, 0x22], [0x22, 0x5C, 0x6E, 0xFF, 0x22]])
  func invalidUTF8(bytes: [UInt8]) {
    #expect(throws: JSONError(problem: .invalidUTF8, line: 1, column: bytes.count)) { try JSONValue(parsing: bytes) }
  }

  @Test("The range of a nested value covers exactly its bytes")
  func range() throws {
    let text = #"{ "other": {"default": "x"}, "models" : { "a": ["}"], "default" :  "org/a" } }"#
    let bytes = Array(text.utf8)
    let range = try #require(try JSONValue.range(ofValueAt: ["models", "default"], in: bytes))
    #expect(String(decoding: bytes[range], as: UTF8.self) == #""org/a""#)
    #expect(try JSONValue.range(ofValueAt: ["models", "coding"], in: bytes) == nil)
    #expect(try JSONValue.range(ofValueAt: ["models", "default", "x"], in: bytes) == nil)
  }

  @Test("Values are read, skipped and left one by one")
  func pulling() throws {
    let bytes = Array(#" [ "a\\" , {"b": ["]", -1.5e3, {}]},true , 7 ] "#.utf8)
    try bytes.withUnsafeBufferPointer { buffer in
      var reader = JSONReader(buffer)
      try reader.expect(UInt8(ascii: "["))
      #expect(try reader.readString() == #"a\"#)
      try reader.expect(UInt8(ascii: ","))
      let skipped = try reader.skipValue()
      #expect(String(decoding: bytes[skipped], as: UTF8.self) == #"{"b": ["]", -1.5e3, {}]}"#)
      try reader.expect(UInt8(ascii: ","))
      #expect(try String(decoding: bytes[reader.skipValue()], as: UTF8.self) == "true")
      try reader.expect(UInt8(ascii: ","))
      let isDoubled = reader.consume(UInt8(ascii: ","))
      #expect(!isDoubled)
      #expect(try reader.readValue() == 7)
      try reader.expect(UInt8(ascii: "]"))
      try reader.expectEnd()
    }
  }

  @Test(
    "What cannot be skipped is refused",
    arguments: [
      ("[1, 2", JSONError.Problem.unexpectedEnd, 6), (#"["a\"#, .unexpectedEnd, 5), (" ]", .unexpectedByte(0x5D), 2),
      ("", .unexpectedEnd, 1),
    ])
  func skipping(text: String, problem: JSONError.Problem, column: Int) {
    Array(text.utf8).withUnsafeBufferPointer { buffer in
      var reader = JSONReader(buffer)
      #expect(throws: JSONError(problem: problem, line: 1, column: column)) { try reader.skipValue() }
    }
  }
}
