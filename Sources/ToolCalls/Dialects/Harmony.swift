import JSON

/// gpt-oss: a message to a function on a channel, whose header names the function and whose text is the arguments.
enum Harmony {
  /// The mark between a message's header and its text.
  static let message = Array("<|message|>".utf8)

  /// The kind of a message, by its header.
  static func part(afterHeader header: String) -> CallStream.Part {
    if recipient(header) != nil { return .call }
    return header.contains("analysis") ? .reasoning : .prose
  }

  static func calls(in body: String) throws(CallSyntaxError) -> [ToolCall] {
    var scanner = TextScanner(body)
    guard let header = scanner.text(upTo: "<|message|>") else { throw CallSyntaxError("<|message|> is missing") }
    let name = recipient(header) ?? ""
    let arguments = String(scanner.rest).trimmed
    return [ToolCall(name: name, arguments: try JSONTools.arguments(try JSONTools.json(arguments)))]
  }

  /// The function that `to=functions.name` names, without the prefix; nil if there is no recipient.
  private static func recipient(_ header: String) -> String? {
    var scanner = TextScanner(header)
    guard scanner.text(upTo: "to=") != nil else { return nil }
    _ = scanner.skip("functions.")
    return scanner.text { !$0.isWhitespace && $0 != "<" }
  }
}
