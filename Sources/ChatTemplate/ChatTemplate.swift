import Foundation

/// A chat template: the Jinja text published with a model that turns a conversation into the prompt it was trained on.
///
/// Renders as Hugging Face's `apply_chat_template` does, which sets Jinja up with `trim_blocks`, `lstrip_blocks`, loop
/// controls, `generation` blocks, a plain `tojson`, and an immutable sandbox: methods that change a list or a mapping
/// are refused. A template reads what it is given and nothing else.
public struct ChatTemplate: Sendable {
  let program: Program

  /// Reads a template's source.
  ///
  /// - Throws: `syntax`, `unsupported` or `limit(.nesting)`.
  /// - Complexity: O(*n*) in the length of the source.
  public init(source: String) throws(ChatTemplateError) {
    var lexer = Lexer(source: source)
    var parser = Parser(tokens: try lexer.tokenize())
    program = try parser.parse()
  }

  /// The text for the given variables.
  ///
  /// - Parameters:
  ///   - context: the variables by name, such as `messages`, `tools` and `add_generation_prompt`.
  ///   - limits: how much work to allow.
  ///   - now: what `strftime_now` tells.
  ///   - timeZone: where it tells it.
  /// - Throws: any but `syntax`; `raised` where the template itself refuses.
  public func render(
    _ context: [String: TemplateValue], limits: RenderLimits = .standard, now: Date = Date(),
    timeZone: TimeZone = .current
  ) throws(ChatTemplateError) -> String {
    let clock = Clock(date: now, timeZone: timeZone)
    let interpreter = try Interpreter(program: program, context: context, limits: limits, clock: clock)
    return try interpreter.run()
  }
}
