import JSON

/// gpt-oss: messages on channels, whose headers name a function and whose texts are its arguments.
///
/// A header may name the recipient before or after the channel. What the prompt has opened of the first header is not in the
/// output.
///
/// Format: OpenAI's harmony response format.
enum Harmony: CallDialect {
  static let openings = ["<|channel|>"]
  private static let message = "<|message|>"
  private static let ends = ["<|end|>", "<|call|>", "<|return|>", "<|start|>", "<|channel|>"]

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading { .text }

  /// Takes a whole output apart.
  static func output(_ bytes: [UInt8]) -> ParsedOutput {
    var output = ParsedOutput()
    var scanner = ByteScanner(bytes)
    if !beginsInHeader(scanner) { output.prose += content(&scanner) }
    while !scanner.isAtEnd {
      let start = scanner.position
      guard let header = scanner.text(upTo: message) else {
        let rest = scanner.text(start..<bytes.count)
        // Ends that nothing follows leave nothing open.
        if !rest.replacing("<|end|>", with: "").replacing("<|return|>", with: "").replacing("<|call|>", with: "")
          .allSatisfy(\.isWhitespace)
        {
          output.problems.append(.truncated)
        }
        break
      }
      if let recipient = recipient(in: header) {
        read(recipient, &scanner, into: &output)
      } else if header.contains("analysis") {
        output.reasoning += content(&scanner)
      } else {
        output.prose += content(&scanner)
      }
    }
    return output
  }

  /// Whether the output goes on with a header: a channel, the start of a message or a recipient comes first.
  private static func beginsInHeader(_ scanner: ByteScanner) -> Bool {
    let start = scanner.index(afterSpaceFrom: scanner.position)
    return ["<|channel|>", "<|start|>", "to=", "<|message|>"].contains { scanner.starts(with: $0, at: start) }
  }

  /// Reads a text up to the mark that ends its message; the mark of the next header stays.
  private static func content(_ scanner: inout ByteScanner) -> String {
    let start = scanner.position
    while !scanner.isAtEnd {
      if scanner.next == UInt8(ascii: "<"), let end = ends.first(where: { scanner.starts(with: $0) }) {
        let text = scanner.text(start..<scanner.position)
        if end != "<|start|>", end != "<|channel|>" { scanner.position += end.utf8.count }
        return text
      }
      scanner.position += 1
    }
    return scanner.text(start..<scanner.position)
  }

  private static func read(_ name: String, _ scanner: inout ByteScanner, into output: inout ParsedOutput) {
    scanner.skipSpace()
    var attempt = scanner
    if let value = attempt.json(), isAtEnd(&attempt) {
      scanner = attempt
      do throws(CallSyntaxError) {
        let call = ToolCall(name: name, arguments: try JSONCalls.arguments(value))
        if name.isEmpty { output.problems.append(.emptyName) } else { output.calls.append(call) }
      } catch {
        output.problems.append(.malformed(error.reason))
      }
      return
    }
    let text = content(&scanner)
    let isCutOff = scanner.isAtEnd && attempt.furthest >= scanner.bytes.count
    if isCutOff {
      output.problems.append(.truncated)
    } else if text.allSatisfy(\.isWhitespace), !name.isEmpty {
      output.calls.append(ToolCall(name: name, arguments: JSONObject()))
    } else {
      output.problems.append(.malformed("the arguments of \(name.prefix(40)) are not JSON"))
    }
  }

  /// Passes over the mark that ends a message; the text may also end.
  private static func isAtEnd(_ scanner: inout ByteScanner) -> Bool {
    scanner.skipSpace()
    if scanner.isAtEnd { return true }
    guard let end = ends.first(where: { scanner.starts(with: $0) }) else {
      let rest = scanner.bytes[scanner.position...]
      guard ends.contains(where: { $0.utf8.starts(with: rest) }) else { return false }
      scanner.position = scanner.bytes.count
      return true
    }
    if end != "<|start|>", end != "<|channel|>" { scanner.position += end.utf8.count }
    return true
  }

  /// The function that a header names, without its namespace; nil for none, and for the assistant itself.
  private static func recipient(in header: String) -> String? {
    var scanner = ByteScanner(header)
    guard scanner.text(upTo: "to=") != nil else { return nil }
    _ = scanner.skip("functions.")
    let name = scanner.text { $0 > 0x20 && $0 != UInt8(ascii: "<") }
    return ["assistant", "user", "all"].contains(name) ? nil : name
  }
}
