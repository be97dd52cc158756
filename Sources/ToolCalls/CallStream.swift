/// Separates a model's output, which comes in pieces, into prose, reasoning and calls.
///
/// Works on bytes, so that a piece may end within a tag or a character; the result does not depend on the pieces.
/// Reasoning is the text between `<think>` and `</think>`; a closing tag alone ends reasoning that the prompt opened.
public struct CallStream: Sendable {
  enum Part: Sendable { case prose, reasoning, call, header }

  /// A run of the output of one kind.
  struct Segment: Sendable {
    var part: Part
    var bytes: [UInt8]
    /// Whether the output ended before the segment did.
    var isOpen = false
  }

  private let parser: CallParser
  private let marks: [Part: [Mark]]
  private var part = Part.prose
  private var pending: [UInt8] = []
  /// The length of the start of `pending` that is known to contain no mark.
  private var searched = 0
  private(set) var segments: [Segment] = []

  public init(_ parser: CallParser) {
    self.parser = parser
    marks = Mark.table(of: parser)
  }

  /// Adds the next piece.
  ///
  /// - Complexity: O(*n*) in the piece, amortized.
  public mutating func append(_ piece: some Sequence<UInt8>) {
    pending.append(contentsOf: piece)
    while let (mark, start) = nextMark() { take(mark, at: start) }
  }

  public mutating func append(_ piece: String) { append(piece.utf8) }

  /// Ends the output and parses the calls in it.
  public mutating func finish(tools: [ToolDefinition]) -> ParsedOutput {
    close(upTo: pending.count, isOpen: true)
    pending = []
    return ParsedOutput(segments, parser: parser, tools: tools)
  }

  /// The first mark that is complete in `pending` and ends the current part; of two at one place, the longer one.
  private mutating func nextMark() -> (Mark, at: Int)? {
    let candidates = marks[part] ?? []
    let longest = candidates.map(\.bytes.count).max() ?? 0
    var place = searched
    while place < pending.count {
      let found = candidates.filter { pending[place...].starts(with: $0.bytes) }
      if let mark = found.max(by: { $0.bytes.count < $1.bytes.count }) { return (mark, place) }
      place += 1
    }
    searched = max(searched, pending.count - longest + 1)
    return nil
  }

  private mutating func take(_ mark: Mark, at start: Int) {
    close(upTo: start, isOpen: false)
    pending.removeFirst(start + mark.bytes.count)
    searched = 0
    if mark.makesReasoning {
      for index in segments.indices where segments[index].part == .prose { segments[index].part = .reasoning }
    }
    part = mark.next(after: segments.last)
    if mark.carriesHeader, part == .call, let header = segments.popLast() {
      pending.insert(contentsOf: header.bytes + Harmony.message, at: 0)
      searched = header.bytes.count + Harmony.message.count
    }
  }

  private mutating func close(upTo end: Int, isOpen: Bool) {
    segments.append(Segment(part: part, bytes: Array(pending[..<end]), isOpen: isOpen))
  }
}

/// A text that ends one part of an output and begins another.
private struct Mark: Sendable {
  typealias Part = CallStream.Part

  let bytes: [UInt8]
  private let part: Part
  /// Whether the prose so far was reasoning after all.
  var makesReasoning = false
  /// Whether the segment before it, a channel's header, determines the part that begins.
  var carriesHeader = false

  private init(_ text: String, _ part: Part) {
    bytes = Array(text.utf8)
    self.part = part
  }

  /// The part that begins after the mark.
  func next(after segment: CallStream.Segment?) -> Part {
    guard carriesHeader, let segment else { return part }
    return Harmony.part(afterHeader: String(decoding: segment.bytes, as: UTF8.self))
  }

  /// The marks that end each part.
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
