/// The way in which a family of models writes calls.
///
/// A dialect is one file: the tags that may begin a call, the tag that ends it, and how what is between them is read. It
/// reads values by their own grammar, so that a tag within a string ends nothing.
protocol CallDialect {
  /// The texts that may begin a call.
  static var openings: [String] { get }
  /// The same for calls without a tag, which count at the start of an answer only and for tools that exist.
  static var bareOpenings: [String] { get }
  /// The text that ends a call; nil if it ends with its last value.
  static var closing: String? { get }
  /// The texts around reasoning.
  static var reasoning: [ReasoningTags] { get }
  /// Texts that are no part of the prose.
  static var frames: [String] { get }

  /// Reads what stands at an opening, which comes next.
  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading
}

extension CallDialect {
  static var bareOpenings: [String] { [] }
  static var closing: String? { nil }
  static var reasoning: [ReasoningTags] { [ReasoningTags("<think>", "</think>")] }
  static var frames: [String] { [] }
}

/// The texts around reasoning.
struct ReasoningTags {
  let start: String
  let end: String

  init(_ start: String, _ end: String) {
    self.start = start
    self.end = end
  }
}

/// What stands at an opening.
enum CallReading {
  /// One call or several, and those that failed beside them; the scanner is behind them.
  case calls([ToolCall], problems: [ParsedOutput.Problem] = [])
  /// The same, but the tag that ends them does not come next.
  case unclosed([ToolCall], problems: [ParsedOutput.Problem])
  /// No call: a text that names the tag.
  case text
  /// A failed attempt at a call, and why.
  case malformed(String)
  /// The text ended within a call, after these.
  case unfinished([ToolCall] = [], problems: [ParsedOutput.Problem] = [])
}

extension CallReading {
  /// A failed attempt; one that read up to the end of the text may only lack the rest.
  static func failed(_ reason: String, in scanner: ByteScanner) -> CallReading {
    scanner.isCutOff ? .unfinished() : .malformed(reason)
  }

  /// A call that failed behind others, after which none can be told apart: the block is passed over up to its end.
  static func failed(
    _ reason: String, after calls: [ToolCall], problems: [ParsedOutput.Problem], by closing: String?,
    _ scanner: inout ByteScanner
  ) -> CallReading {
    if calls.isEmpty, problems.isEmpty { return failed(reason, in: scanner) }
    if scanner.isCutOff { return .unfinished(calls, problems: problems) }
    if let closing, scanner.text(upTo: closing) == nil { return .unfinished(calls, problems: problems) }
    return .calls(calls, problems: problems + [.malformed(reason)])
  }

  /// The reading of a block whose last value was read: the tag that ends it comes next, or the text is over.
  ///
  /// - Parameter closing: Nil if nothing has to follow.
  static func closed(
    _ calls: [ToolCall], problems: [ParsedOutput.Problem] = [], by closing: String?, _ scanner: inout ByteScanner
  ) -> CallReading {
    guard let closing else { return .calls(calls, problems: problems) }
    if scanner.skipAfterSpace(closing) { return .calls(calls, problems: problems) }
    let rest = scanner.index(afterSpaceFrom: scanner.position)
    // A tag that the output breaks off in, or an end of turn that serves as the closing tag and is not in the text.
    let isCutOff = rest == scanner.bytes.count || closing.utf8.starts(with: scanner.bytes[rest...])
    guard isCutOff else { return .unclosed(calls, problems: problems) }
    scanner.position = scanner.bytes.count
    return .calls(calls.map { $0.read(.unclosedCall) }, problems: problems)
  }
}

/// A departure from its format that a call was read in spite of.
public enum CallLeniency: String, Sendable, CaseIterable, Comparable {
  /// The call stands in reasoning that never ends.
  case unclosedReasoning = "unclosed_reasoning"
  /// The tag that ends the call is missing, and does not come later either.
  case unclosedCall = "unclosed_call"
  /// The tag around the call is missing.
  case missingWrapper = "missing_wrapper"
  /// The arguments stand under `parameters`.
  case parametersForArguments = "parameters_for_arguments"
  /// A value has the text that ends it within, and the format has no escape for it.
  case ambiguousEnd = "ambiguous_end"

  public static func < (one: CallLeniency, other: CallLeniency) -> Bool { one.rawValue < other.rawValue }
}
