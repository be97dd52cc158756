import JSON
import Testing

@Suite("JSON serializer")
struct JSONSerializerTests {
  static let text = #"{"b": [1, 0.1, 1e-05, 1e16, 2.0], "a": "é\u0001\"\\\n", "Z": {}, "é": null, "z": []}"#

  /// python3 -c 'import json; print(json.dumps(json.loads(open("text").read()), sort_keys=True,
  ///   separators=(",", ":"), ensure_ascii=False))'
  @Test("The canonical form has the bytes that Python writes")
  func canonical() throws {
    let value = try JSONValue(parsing: Self.text)
    #expect(
      value.serialized(.canonical)
        == #"{"Z":{},"a":"é\u0001\"\\\n","b":[1,0.1,1e-05,1e+16,2.0],"z":[],"é":null}"#)
  }

  @Test("The compact form parses back to an equal value", arguments: [JSONLayout.compact, .canonical, .pretty])
  func roundTrip(layout: JSONLayout) throws {
    let value = try JSONValue(parsing: Self.text)
    #expect(try JSONValue(parsing: value.serialized(layout)) == value)
  }

  @Test("The pretty form indents by two spaces and leaves empty arrays and objects closed")
  func pretty() {
    let value: JSONValue = ["b": [1, ["x": .null]], "a": [], "o": [:]]
    #expect(
      value.serialized(.pretty) == """
        {
          "b": [
            1,
            {
              "x": null
            }
          ],
          "a": [],
          "o": {}
        }
        """)
  }

  @Test("Numbers that are not finite become null")
  func notFinite() {
    #expect(JSONValue.array([.number(.nan), .number(.infinity)]).serialized() == "[null,null]")
  }
}
