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
    var recovery = Recovery(closing: closing, tools: tools)
    while !scanner.skipAfterSpace("]") {
      do throws(CallSyntaxError) {
        calls.append(try call(&scanner))
      } catch {
        if calls.isEmpty, !error.isWithinCall { return scanner.isCutOff ? .unfinished() : .text }
        guard recovery.skipToNextCall(&scanner) else {
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

extension PythonCalls {
  /// Finds the next call of a list behind one that failed. What was looked for once is remembered, so that many failures
  /// take linear time.
  private struct Recovery {
    let closing: String?
    let tools: [ToolDefinition]
    /// Where the list's closing tag stands, or the text ends.
    private var end: Int?
    /// Where a tool is called next.
    private var nextCall: Int??

    init(closing: String?, tools: [ToolDefinition]) {
      self.closing = closing
      self.tools = tools
    }

    /// Passes over what is left of a call that failed: up to the parenthesis that ends it, and a comma, or else to where a
    /// tool is called again.
    mutating func skipToNextCall(_ scanner: inout ByteScanner) -> Bool {
      let start = scanner.position
      let end = self.end ?? closing.flatMap { scanner.firstIndex(of: $0, from: start) } ?? scanner.bytes.count
      self.end = end
      guard start < end else { return false }
      if nextCall.map({ ($0 ?? .max) <= start }) ?? true { nextCall = indexOfCall(from: scanner, before: end) }
      let toolCall = nextCall ?? nil
      if let close = scanner.firstIndex(of: ")", in: start..<(toolCall ?? end)) {
        var ahead = scanner
        ahead.position = close + 1
        if ahead.skipAfterSpace(",") || ahead.starts(with: "]", at: ahead.index(afterSpaceFrom: ahead.position)) {
          scanner = ahead
          return true
        }
      }
      guard let toolCall else { return false }
      scanner.position = toolCall
      return true
    }

    private func indexOfCall(from scanner: ByteScanner, before end: Int) -> Int? {
      var ahead = scanner
      while let comma = ahead.firstIndex(of: ",", in: ahead.position..<end) {
        ahead.position = comma + 1
        ahead.skipSpace()
        let start = ahead.position
        let name = ahead.text { isNamePart($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
        guard ahead.position < end else { return nil }
        if ahead.skipAfterSpace("("), tools.contains(where: { $0.name == name }) { return start }
        ahead.position = min(ahead.position, end)
      }
      return nil
    }
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
