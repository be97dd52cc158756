import JSON

/// FunctionGemma: `call:name{…}` with texts between `<escape>` marks.
enum FunctionGemma {
  private static let depthLimit = 64
  private static let escape = "<escape>"

  static func calls(in body: String) throws(CallSyntaxError) -> [ToolCall] {
    var scanner = TextScanner(body)
    guard scanner.text(upTo: "call:") != nil else { throw CallSyntaxError("call: is missing") }
    guard let name = scanner.text(upTo: "{") else { throw CallSyntaxError("{ is missing") }
    return [ToolCall(name: name.trimmed, arguments: try members(&scanner, depth: 0))]
  }

  private static func members(_ scanner: inout TextScanner, depth: Int) throws(CallSyntaxError) -> JSONObject {
    var members: [(String, JSONValue)] = []
    while true {
      scanner.skipWhitespace()
      if scanner.skip("}") { return JSONObject(members) }
      let key = scanner.skip(escape) ? scanner.text(upTo: escape) : scanner.text { !":,{}[]".contains($0) }
      guard let key, !key.isEmpty, scanner.skip(":") else { throw CallSyntaxError("an argument without a name") }
      members.append((key.trimmed, try value(&scanner, depth: depth + 1)))
      scanner.skipWhitespace()
      if scanner.skip(",") { continue }
      guard scanner.skip("}") else { throw CallSyntaxError("} is missing after \(key.prefix(40))") }
      return JSONObject(members)
    }
  }

  private static func value(_ scanner: inout TextScanner, depth: Int) throws(CallSyntaxError) -> JSONValue {
    guard depth < depthLimit else { throw CallSyntaxError("nested more than \(depthLimit) levels deep") }
    scanner.skipWhitespace()
    if scanner.skip(escape) {
      guard let text = scanner.text(upTo: escape) else { throw CallSyntaxError("<escape> is not closed") }
      return .string(text)
    }
    if scanner.skip("{") { return .object(try members(&scanner, depth: depth)) }
    if scanner.skip("[") { return .array(try elements(&scanner, depth: depth)) }
    let text = scanner.text { !",}]".contains($0) }
    return (try? JSONValue(parsing: text.trimmed)) ?? .string(text)
  }

  private static func elements(_ scanner: inout TextScanner, depth: Int) throws(CallSyntaxError) -> [JSONValue] {
    var values: [JSONValue] = []
    while true {
      scanner.skipWhitespace()
      if scanner.skip("]") { return values }
      values.append(try value(&scanner, depth: depth + 1))
      scanner.skipWhitespace()
      if scanner.skip(",") { continue }
      guard scanner.skip("]") else { throw CallSyntaxError("] is missing") }
      return values
    }
  }
}
