import JSON

/// LFM2: a Python list of calls with keyword arguments.
enum Pythonic {
  static func calls(in body: String) throws(CallSyntaxError) -> [ToolCall] {
    var scanner = TextScanner(body)
    guard scanner.text(upTo: "[") != nil else { throw CallSyntaxError("[ is missing") }
    var calls: [ToolCall] = []
    while true {
      calls.append(try call(&scanner))
      scanner.skipWhitespace()
      if scanner.skip("]") { return calls }
      guard scanner.skip(",") else { throw CallSyntaxError("] is missing after \(calls.count) calls") }
      scanner.skipWhitespace()
      if scanner.skip("]") { return calls }
    }
  }

  /// Reads one call.
  ///
  /// - Parameter parameters: The names of a function's parameters, for arguments by position; without names, those are
  ///   an error.
  static func call(
    _ scanner: inout TextScanner, parameters: (String) -> [String] = { _ in [] }
  ) throws(CallSyntaxError) -> ToolCall {
    scanner.skipWhitespace()
    let name = scanner.text { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
    scanner.skipWhitespace()
    guard scanner.skip("(") else { throw CallSyntaxError("( is missing after \"\(name.prefix(40))\"") }
    var arguments = JSONObject()
    var positions = parameters(name)[...]
    while true {
      scanner.skipWhitespace()
      if scanner.skip(")") { return ToolCall(name: name, arguments: arguments) }
      guard let key = key(&scanner) ?? positions.popFirst() else {
        throw CallSyntaxError("an argument of \(name) without a name")
      }
      var literal = PythonLiteral(scanner, takesWords: true)
      guard let value = literal.read() else { throw CallSyntaxError("\(key) of \(name) is not a literal") }
      arguments[key] = value
      scanner = literal.scanner
      scanner.skipWhitespace()
      if scanner.skip(",") { continue }
      guard scanner.skip(")") else { throw CallSyntaxError(") is missing after \(key) of \(name)") }
      return ToolCall(name: name, arguments: arguments)
    }
  }

  /// Reads the name before `=`, and skips both; nil, with nothing read, if the argument has none.
  private static func key(_ scanner: inout TextScanner) -> String? {
    var ahead = scanner
    let key = ahead.text { $0.isLetter || $0.isNumber || $0 == "_" }
    ahead.skipWhitespace()
    guard !key.isEmpty, ahead.skip("=") else { return nil }
    scanner = ahead
    return key
  }
}

/// A single call, written as a line of Python.
public enum PythonCall {
  /// Reads a call; nil if the text is not one.
  ///
  /// - Parameter parameters: The names of a function's parameters, for arguments by position.
  public static func read(_ text: String, parameters: (String) -> [String]) -> ToolCall? {
    var scanner = TextScanner(text)
    return try? Pythonic.call(&scanner, parameters: parameters)
  }
}
