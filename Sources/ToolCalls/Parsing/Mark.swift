/// A text that ends one part of an output and begins another.
struct Mark: Sendable {
  typealias Part = CallStream.Part

  let bytes: [UInt8]
  private let part: Part
  /// Whether the prose so far was reasoning after all.
  var makesReasoning = false
  /// Whether the segment before it, a channel's header, says what comes.
  var carriesHeader = false

  private init(_ text: String, _ part: Part) {
    bytes = Array(text.utf8)
    self.part = part
  }

  /// The part that begins.
  func next(after segment: CallStream.Segment?) -> Part {
    guard carriesHeader, let segment else { return part }
    return Harmony.part(afterHeader: String(decoding: segment.bytes, as: UTF8.self))
  }

  /// What to look for in each part.
  static func table(of parser: CallParser) -> [Part: [Mark]] {
    guard parser != .harmony else { return harmony }
    let tags = parser.tags
    var thinkEnd = Mark("</think>", .prose)
    thinkEnd.makesReasoning = true
    return [
      .prose: [Mark(tags.start, .call), Mark("<think>", .reasoning), thinkEnd],
      .reasoning: [Mark("</think>", .prose)],
      .call: tags.end.map { [Mark($0, .prose)] } ?? [],
    ]
  }

  private static var harmony: [Part: [Mark]] {
    var message = Mark("<|message|>", .prose)
    message.carriesHeader = true
    let ends = ["<|end|>", "<|call|>", "<|return|>"].map { Mark($0, .prose) }
    let starts = ["<|start|>", "<|channel|>"].map { Mark($0, .header) }
    return [.prose: ends + starts, .reasoning: ends + starts, .call: ends + starts, .header: [message]]
  }
}
