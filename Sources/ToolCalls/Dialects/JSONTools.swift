import JSON

/// Hermes, Qwen 2.5 and 3: a JSON object with `name` and `arguments`.
enum JSONTools {
  static func calls(in body: String) throws(CallSyntaxError) -> [ToolCall] {
    [try call(json(body))]
  }

  static func json(_ text: String) throws(CallSyntaxError) -> JSONValue {
    do throws(JSONError) { return try JSONValue(parsing: text.trimmed) } catch {
      throw CallSyntaxError("not JSON: \(error)")
    }
  }

  /// A call from its object; arguments may also be a string that contains their JSON.
  static func call(_ value: JSONValue) throws(CallSyntaxError) -> ToolCall {
    guard let object = value.object else { throw CallSyntaxError("expected an object, got \(value.kind)") }
    return ToolCall(
      name: object["name"]?.string ?? "", arguments: try arguments(object["arguments"] ?? .object(JSONObject())))
  }

  static func arguments(_ value: JSONValue) throws(CallSyntaxError) -> JSONObject {
    if let object = value.object { return object }
    if value == .null { return JSONObject() }
    if let text = value.string, let object = try json(text).object { return object }
    throw CallSyntaxError("the arguments are \(value.kind), not an object")
  }
}
