import JSON

/// Calls that are written as Python calls a function.
enum PythonCalls {
  /// Reads a list of calls in brackets, up to the tag that ends it.
  static func list(_ scanner: inout ByteScanner, tools: [ToolDefinition], closing: String?) -> CallReading {
    scanner.skipSpace()
    guard !scanner.isAtEnd else { return .unfinished() }
    guard scanner.skip("[") else { return .text }
    var calls: [ToolCall] = []
    var problems: [ParsedOutput.Problem] = []
    var nextCall: Int??
    while !scanner.skipAfterSpace("]") {
      do throws(CallSyntaxError) {
        calls.append(try call(&scanner))
      } catch {
        if calls.isEmpty, !error.isWithinCall { return scanner.isCutOff ? .unfinished() : .text }
        guard skipToNextCall(&scanner, of: tools, &nextCall) else {
          return .failed(error.reason, after: calls, problems: problems, by: closing, &scanner)
        }
        problems.append(.malformed(error.reason))
        continue
      }
      if scanner.skipAfterSpace(",") { continue }
      if scanner.skipAfterSpace("]") { break }
      scanner.skipSpace()
      return .failed("] is missing", after: calls, problems: problems, by: closing, &scanner)
    }
    guard !calls.isEmpty || !problems.isEmpty else { return .malformed("an empty list") }
    return .closed(calls, problems: problems, by: closing, &scanner)
  }

  /// Passes over what is left of a call that failed: up to the parenthesis that ends it, and a comma, or else to where a
  /// tool is called again.
  ///
  /// - Parameter nextCall: Where that is, as far as it was looked for, so that many failures take linear time.
  private static func skipToNextCall(
    _ scanner: inout ByteScanner, of tools: [ToolDefinition], _ nextCall: inout Int??
  ) -> Bool {
    let start = scanner.position
    if nextCall.map({ ($0 ?? .max) <= start }) ?? true { nextCall = indexOfCall(of: tools, after: scanner) }
    let toolCall = nextCall ?? nil
    if let end = scanner.firstIndex(of: ")", in: start..<(toolCall ?? scanner.bytes.count)) {
      var ahead = scanner
      ahead.position = end + 1
      if ahead.skipAfterSpace(",") || ahead.starts(with: "]", at: ahead.index(afterSpaceFrom: ahead.position)) {
        scanner = ahead
        return true
      }
    }
    guard let toolCall else { return false }
    scanner.position = toolCall
    return true
  }

  private static func indexOfCall(of tools: [ToolDefinition], after scanner: ByteScanner) -> Int? {
    var ahead = scanner
    while ahead.text(upTo: ",") != nil {
      ahead.skipSpace()
      let start = ahead.position
      let name = ahead.text { isNamePart($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
      if ahead.skipAfterSpace("("), tools.contains(where: { $0.name == name }) { return start }
    }
    return nil
  }

  /// Reads one call.
  ///
  /// - Parameter parameters: The names of a function's parameters, for arguments by position; without names, those are
  ///   an error.
  static func call(
    _ scanner: inout ByteScanner, parameters: (String) -> [String] = { _ in [] }
  ) throws(CallSyntaxError) -> ToolCall {
    scanner.skipSpace()
    let name = scanner.text { isNamePart($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    guard !name.isEmpty, scanner.skipAfterSpace("(") else {
      throw CallSyntaxError("( is missing after \"\(name.prefix(40))\"", isWithinCall: false)
    }
    var arguments = JSONObject()
    var positions = parameters(name)[...]
    while true {
      scanner.skipSpace()
      if scanner.skip(")") { return ToolCall(name: name, arguments: arguments) }
      guard let key = key(&scanner) ?? positions.popFirst() else {
        throw CallSyntaxError("an argument of \(name) without a name")
      }
      var literal = PythonLiteral(scanner, takesWords: true)
      guard let value = literal.read() else {
        scanner = literal.scanner
        throw CallSyntaxError("\(key) of \(name) is not a literal")
      }
      arguments[key] = value
      scanner = literal.scanner
      if scanner.skipAfterSpace(",") { continue }
      guard scanner.skipAfterSpace(")") else { throw CallSyntaxError(") is missing after \(key) of \(name)") }
      return ToolCall(name: name, arguments: arguments)
    }
  }

  /// Reads the name before `=`, and skips both; nil, with nothing read, if the argument has none.
  private static func key(_ scanner: inout ByteScanner) -> String? {
    let start = scanner.position
    let key = scanner.text(while: isNamePart)
    guard !key.isEmpty, scanner.skipAfterSpace("=") else {
      scanner.position = start
      return nil
    }
    return key
  }

  static func isNamePart(_ byte: UInt8) -> Bool {
    let scalar = Unicode.Scalar(byte)
    return byte >= 0x80 || byte == UInt8(ascii: "_") || ("0"..."9").contains(scalar) || ("a"..."z").contains(scalar)
      || ("A"..."Z").contains(scalar)
  }
}

/// A single call, written as a line of Python.
public enum PythonCall {
  /// Reads a call; nil if the text is not one.
  ///
  /// - Parameter parameters: The names of a function's parameters, for arguments by position.
  public static func read(_ text: String, parameters: (String) -> [String]) -> ToolCall? {
    var scanner = ByteScanner(text)
    return try? PythonCalls.call(&scanner, parameters: parameters)
  }
}
