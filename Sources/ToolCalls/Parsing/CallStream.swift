/// Takes a model's output in pieces, split anywhere, and finds prose, reasoning and calls in it.
///
/// Works on bytes, so that a piece may end within a tag or a character; the result does not depend on the pieces.
/// Reasoning is what stands in `<think>` and `</think>`; a closing tag alone ends reasoning that the prompt opened.
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
  /// How far `pending` is known to hold no mark.
  private var searched = 0
  private(set) var segments: [Segment] = []

  public init(_ parser: CallParser) {
    self.parser = parser
    marks = Mark.table(of: parser)
  }

  /// Takes the next piece.
  ///
  /// - Complexity: O(*n*) in the piece, amortized.
  public mutating func append(_ piece: some Sequence<UInt8>) {
    pending.append(contentsOf: piece)
    while let (mark, start) = nextMark() { take(mark, at: start) }
  }

  public mutating func append(_ piece: String) { append(piece.utf8) }

  /// Ends the output and reads the calls in it.
  public mutating func finish(tools: [ToolDefinition]) -> ParsedOutput {
    close(upTo: pending.count, isOpen: true)
    pending = []
    return ParsedOutput(segments, parser: parser, tools: tools)
  }

  /// The first mark of the current part that is complete in `pending`; of two at one place the longer.
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
