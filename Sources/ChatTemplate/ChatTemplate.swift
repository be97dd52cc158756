import Foundation
import JSON

/// A chat template: the Jinja text published with a model that turns a conversation into the prompt it was trained on.
///
/// Renders as Hugging Face's `apply_chat_template` does, which sets Jinja up with `trim_blocks`, `lstrip_blocks`, loop
/// controls, `generation` blocks, a plain `tojson`, and an immutable sandbox: methods that change a list or a mapping
/// are refused. A template reads what it is given and nothing else.
public struct ChatTemplate: Sendable {
  let program: Program
  private let sourceByteCount: Int

  /// Reads a template's source.
  ///
  /// - Throws: `syntax`, `unsupported` or `limit(.nesting)`.
  /// - Complexity: O(*n*) in the length of the source.
  public init(source: String) throws(ChatTemplateError) {
    var lexer = Lexer(source: source)
    var parser = Parser(tokens: try lexer.tokenize())
    program = try parser.parse()
    sourceByteCount = source.utf8.count
  }

  /// The prompt for a conversation.
  ///
  /// - Parameters:
  ///   - messages: The conversation, oldest first.
  ///   - tools: The tools' JSON Schema definitions; the template reads nil as `none`.
  ///   - addGenerationPrompt: Whether to end with the opening of the assistant's next turn.
  ///   - variables: Further variables, such as `bos_token`, `eos_token` and `enable_thinking`. They take precedence over
  ///     the ones above.
  ///   - limits: How much work to allow; nil for what the sizes of the template and its data justify.
  ///   - now: The time that `strftime_now` formats.
  ///   - timeZone: The time zone that it is formatted for.
  /// - Throws: As `render(_:limits:now:timeZone:)`.
  public func render(
    messages: [ChatMessage], tools: [JSONValue]? = nil, addGenerationPrompt: Bool,
    variables: [(String, JSONValue)] = [], limits: RenderLimits? = nil, now: Date = Date(),
    timeZone: TimeZone = .current
  ) throws(ChatTemplateError) -> String {
    var context: [String: JSONValue] = [
      "messages": .array(messages.map(\.json)),
      "tools": tools.map(JSONValue.array) ?? .null,
      "documents": .null,
      "add_generation_prompt": .bool(addGenerationPrompt),
    ]
    for (name, value) in variables { context[name] = value }
    return try render(context, limits: limits, now: now, timeZone: timeZone)
  }

  /// The text for the given variables.
  ///
  /// - Parameters:
  ///   - context: The variables by name, such as `messages`, `tools` and `add_generation_prompt`. Integers and other
  ///     numbers stay apart, as in Python; null is `none`, and a variable that is not here is undefined.
  ///   - limits: How much work to allow; nil for what the sizes of the template and its data justify.
  ///   - now: The time that `strftime_now` formats.
  ///   - timeZone: The time zone that it is formatted for.
  /// - Throws: Any error but `syntax`; `raised` when the template itself refuses.
  public func render(
    _ context: [String: JSONValue], limits: RenderLimits? = nil, now: Date = Date(),
    timeZone: TimeZone = .current
  ) throws(ChatTemplateError) -> String {
    let clock = Clock(date: now, timeZone: timeZone)
    let interpreter = try Interpreter(
      program: program, context: context, limits: limits, sourceByteCount: sourceByteCount, clock: clock)
    return try interpreter.run()
  }
}

/// How much work one rendering may do before it is refused.
///
/// A template comes with a model's weights, from whoever published them, so none is trusted to terminate.
public struct RenderLimits: Sendable, Equatable {
  /// Evaluated nodes, iterations and, at 32 bytes per step, text handled: what bounds the time.
  public var steps: Int
  /// Values, members and, at 32 bytes each, pieces of text made: what bounds the memory, at some 80 bytes each.
  public var allocations: Int
  /// UTF-8 bytes of the output, and of any intermediate string.
  public var outputBytes: Int
  /// Levels of nested statements, expressions, macro calls and values.
  public var depth: Int

  public init(steps: Int, allocations: Int = 5_000_000, outputBytes: Int, depth: Int) {
    self.steps = steps
    self.allocations = allocations
    self.outputBytes = outputBytes
    self.depth = depth
  }

  /// What a template and its data of that size justify.
  ///
  /// Published templates look for each message of a kind through all others, so the steps grow with the square of the
  /// longest list. Memory does not: conversations of 1,600 messages make at most 0.7 values and pieces of text per byte
  /// in all of 76 published templates, and about as much text as they have.
  static func justified(by size: ContextSize) -> RenderLimits {
    let linear = 50_000 + 64 * size.bytes
    let pairs = size.longestList.multipliedReportingOverflow(by: size.longestList)
    let steps = pairs.overflow ? standard.steps : min(pairs.partialValue, standard.steps) * 32 + linear
    return RenderLimits(
      steps: min(standard.steps, steps), allocations: min(standard.allocations, 20_000 + 8 * size.bytes),
      outputBytes: min(standard.outputBytes, 128 << 10 + 16 * size.bytes), depth: standard.depth)
  }

  /// Enough for a million-token conversation with hundreds of tools.
  ///
  /// The depth takes at most about 100 KiB of stack in optimized code, and 1 MiB in a debug build.
  public static let standard = RenderLimits(steps: 2_000_000_000, outputBytes: 64 << 20, depth: 160)
}

/// How much a template was given to work on.
struct ContextSize {
  /// About as many as the data has as JSON.
  var bytes = 0
  /// The elements of the longest list, such as the messages of a conversation.
  var longestList = 0
}
