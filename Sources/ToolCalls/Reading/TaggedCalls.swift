import JSON

/// Calls that name function and parameters in tags, with values as they are, without quotes and escapes.
///
/// A value may hold the text that ends it. It ends where what follows still parses: where a parameter or the end of the call
/// comes next, and behind the call no end of a parameter is left over. If that is not the first place, or none is, the call
/// says that its end is ambiguous.
struct TaggedCalls {
  /// A parameter's name, and what its tag says of the value.
  struct Parameter {
    var name: String
    /// Whether the tag says that the value is a text; nil if it does not say.
    var isText: Bool?
  }

  /// Reads the tag that begins a call and returns the tool's name; nil, with nothing read, if none comes next.
  let callStart: (inout ByteScanner) -> String?
  /// What a call begins with, to look ahead.
  let callPrefix: String
  /// What a block of calls begins with.
  let opening: String
  /// Reads the tag that begins a parameter's value; nil, with nothing read, if none comes next.
  let parameterStart: (inout ByteScanner) -> Parameter?
  let parameterPrefix: String
  let parameterEnd: String
  /// The text that ends a call; empty if it ends with the block.
  let callEnd: String
  /// The text that ends the block of calls.
  let blockEnd: String
  /// The value of a parameter's text.
  let value: (String, Parameter, ParameterTypes) throws(CallSyntaxError) -> JSONValue

  /// Reads calls until the block ends; each that fails is a problem of its own.
  func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    var calls: [ToolCall] = []
    var problems: [ParsedOutput.Problem] = []
    while true {
      scanner.skipSpace()
      guard let name = callStart(&scanner) else { break }
      switch call(name, &scanner, tools) {
      case .success(let call): calls.append(call)
      case .failure(let error):
        guard let error else { return .unfinished(calls, problems: problems) }
        problems.append(.malformed(error.reason))
        // The next call may be whole.
        scanner.skipSpace()
        if !callEnd.isEmpty, !scanner.starts(with: callPrefix), !scanner.starts(with: blockEnd),
          let end = scanner.firstIndex(of: callEnd, from: scanner.position)
        {
          scanner.position = end + callEnd.utf8.count
        }
      }
    }
    if calls.isEmpty, problems.isEmpty {
      return scanner.isAtEnd || callPrefix.utf8.starts(with: scanner.bytes[scanner.position...]) ? .unfinished() : .text
    }
    return .closed(calls, problems: problems, by: blockEnd.isEmpty ? nil : blockEnd, &scanner)
  }

  /// Nil as a failure if the text ends within the call.
  private enum Outcome {
    case success(ToolCall)
    case failure(CallSyntaxError?)
  }

  private func call(_ name: String, _ scanner: inout ByteScanner, _ tools: [ToolDefinition]) -> Outcome {
    let tool = tools.first { $0.name == name }
    var arguments = JSONObject()
    var isAmbiguous = false
    var failure: CallSyntaxError?
    var nextOpening: Int??
    while true {
      scanner.skipSpace()
      guard let parameter = parameterStart(&scanner) else { break }
      guard let (end, isClear) = valueEnd(&scanner, &nextOpening) else { return .failure(nil) }
      guard let isClear else {
        scanner.position = end + parameterEnd.utf8.count
        return .failure(CallSyntaxError("\(callEnd.isEmpty ? blockEnd : callEnd) is missing after \(name.prefix(40))"))
      }
      isAmbiguous = isAmbiguous || !isClear
      let text = scanner.text(scanner.position..<end)
      scanner.position = end + parameterEnd.utf8.count
      do throws(CallSyntaxError) {
        if parameter.name.isEmpty { throw CallSyntaxError("a parameter of \(name) without a name") }
        arguments[parameter.name] = try value(text, parameter, ParameterTypes(of: parameter.name, in: tool))
      } catch {
        failure = failure ?? error
      }
    }
    if !callEnd.isEmpty, !scanner.skip(callEnd) {
      let rest = scanner.bytes[scanner.position...]
      if callEnd.utf8.starts(with: rest) || parameterPrefix.utf8.starts(with: rest) { return .failure(nil) }
      failure = failure ?? CallSyntaxError("\(callEnd) is missing after \(name.prefix(40))")
    }
    if let failure { return .failure(failure) }
    let call = ToolCall(name: name, arguments: arguments)
    return .success(isAmbiguous ? call.read(.ambiguousEnd) : call)
  }

  /// Where the value that begins here ends; nil if the text ends within it.
  ///
  /// - Returns: `isClear` is nil if the call ends there without its tag, and another one begins.
  private func valueEnd(_ scanner: inout ByteScanner, _ nextOpening: inout Int??) -> (index: Int, isClear: Bool?)? {
    var candidate = scanner.firstIndex(of: parameterEnd, from: scanner.position)
    let first = candidate
    var fallback: Int?
    while let index = candidate {
      let after = scanner.index(afterSpaceFrom: index + parameterEnd.utf8.count)
      if scanner.starts(with: parameterPrefix, at: after) { return (index, index == first) }
      if let end = callEndAfter(after, scanner) {
        let leftOver = scanner.firstIndex(of: parameterEnd, from: end)
        if leftOver.map({ isBehindOpening($0, from: end, &scanner, &nextOpening) }) ?? true {
          return (index, index == first)
        }
        fallback = fallback ?? index
      }
      candidate = scanner.firstIndex(of: parameterEnd, from: index + 1)
      // A call that lacks its end does not reach into the next one.
      if fallback == nil, let next = candidate, scanner.starts(with: blockEnd, at: after), !blockEnd.isEmpty,
        isBehindOpening(next, from: after + blockEnd.utf8.count, &scanner, &nextOpening)
      {
        return (index, nil)
      }
    }
    if let fallback { return (fallback, false) }
    // At the end of the text, whatever may follow is missing.
    guard let first, scanner.index(afterSpaceFrom: first + parameterEnd.utf8.count) == scanner.bytes.count else {
      return nil
    }
    return (first, true)
  }

  /// Where the call ends if its end stands at an index, and another call, the end of the block or nothing follows.
  private func callEndAfter(_ index: Int, _ scanner: ByteScanner) -> Int? {
    if callEnd.isEmpty {
      guard scanner.starts(with: blockEnd, at: index) else { return nil }
      return index + blockEnd.utf8.count
    }
    guard scanner.starts(with: callEnd, at: index) else { return nil }
    let after = scanner.index(afterSpaceFrom: index + callEnd.utf8.count)
    if blockEnd.isEmpty || after == scanner.bytes.count { return after }
    if scanner.starts(with: blockEnd, at: after) { return after + blockEnd.utf8.count }
    return scanner.starts(with: callPrefix, at: after) ? after : nil
  }

  /// Whether the next block of calls begins before an index.
  private func isBehindOpening(
    _ index: Int, from end: Int, _ scanner: inout ByteScanner, _ nextOpening: inout Int??
  ) -> Bool {
    // Another call of the same block has ends of its own.
    if scanner.starts(with: callPrefix, at: end) { return true }
    if let known = nextOpening, known.map({ $0 >= end }) ?? true { return known.map { $0 < index } ?? false }
    let found = scanner.firstIndex(of: opening, from: end)
    nextOpening = .some(found)
    return found.map { $0 < index } ?? false
  }
}

extension ByteScanner {
  /// Reads `<prefix"name">`, quotes of either kind or none; nil, with nothing read, if it does not come next.
  mutating func tag(_ prefix: String) -> String? {
    let start = position
    guard skip(prefix) else { return nil }
    let quote = next.flatMap { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") ? $0 : nil }
    if quote != nil { position += 1 }
    let name = text { $0 != quote && $0 != UInt8(ascii: ">") && $0 != 0x0A }
    if quote != nil, next == quote { position += 1 }
    guard skipAfterSpace(">") else {
      position = start
      return nil
    }
    return name
  }

  /// Reads a tag that has further attributes, up to its end.
  mutating func attributes() -> String? {
    let start = position
    let attributes = text { $0 != UInt8(ascii: ">") && $0 != 0x0A }
    guard skip(">") else {
      position = start
      return nil
    }
    return attributes
  }
}

extension String {
  /// The text without one newline at either end.
  var withoutOuterNewlines: String {
    var bytes = Array(utf8)[...]
    if bytes.first == 0x0A { bytes = bytes.dropFirst() }
    if bytes.last == 0x0A { bytes = bytes.dropLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}
