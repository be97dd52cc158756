/// Takes a model's output apart into prose, reasoning and calls.
///
/// Reasoning is the text between its tags. A closing tag without an opening one ends reasoning that the prompt opened: all
/// before it is reasoning, calls included. Calls in reasoning that never ends count, and say so.
///
/// - Complexity: O(*n*) in the text: attempts at calls that fail may read so much in all, then tags are text.
struct OutputReader {
  private enum Mark {
    case opening
    case bareOpening
    case reasoningStart(ReasoningTags)
    case reasoningEnd
    case frame
  }

  private let dialect: any CallDialect.Type
  private let tools: [ToolDefinition]
  private let marks: [(text: String, mark: Mark)]
  /// Of each byte, whether a mark begins with it.
  private let isFirst: [Bool]
  private var scanner: ByteScanner
  private var output = ParsedOutput()
  /// Where the prose begins that is not in the output yet.
  private var proseStart = 0
  private var hasReasoning = false
  private var isInUnclosedReasoning = false
  /// What failed attempts may still read, in bytes.
  private var allowance: Int
  /// Where the closing tag and the end of reasoning next stand, as far as they were looked for.
  private var nextClosing: (from: Int, index: Int?)?
  private var nextReasoningEnd: (from: Int, index: Int?)?
  /// Where the prose that begins at an index has its first text.
  private var firstText = (from: -1, index: 0)

  init(_ dialect: any CallDialect.Type, tools: [ToolDefinition], _ bytes: [UInt8]) {
    self.dialect = dialect
    self.tools = tools
    scanner = ByteScanner(bytes)
    allowance = 8 * bytes.count + 65_536
    var marks: [(String, Mark)] =
      dialect.openings.map { ($0, .opening) } + dialect.bareOpenings.map { ($0, .bareOpening) }
    for tags in dialect.reasoning { marks += [(tags.start, .reasoningStart(tags)), (tags.end, .reasoningEnd)] }
    marks += dialect.frames.map { ($0, .frame) }
    self.marks = marks.sorted { $0.0.utf8.count > $1.0.utf8.count }
    var isFirst = [Bool](repeating: false, count: 256)
    for (text, _) in marks { if let first = text.utf8.first { isFirst[Int(first)] = true } }
    self.isFirst = isFirst
  }

  mutating func read() -> ParsedOutput {
    while let next = scanner.next {
      guard isFirst[Int(next)], let (text, mark) = marks.first(where: { scanner.starts(with: $0.text) }) else {
        scanner.position += 1
        continue
      }
      take(mark, text)
    }
    takeProse(upTo: scanner.bytes.count)
    return output
  }

  private mutating func take(_ mark: Mark, _ text: String) {
    let start = scanner.position
    let end = start + text.utf8.count
    switch mark {
    case .opening: readCall(at: start, passing: end)
    case .bareOpening: readBareCall(at: start)
    case .frame:
      takeProse(upTo: start)
      (proseStart, scanner.position) = (end, end)
    case .reasoningStart where isInUnclosedReasoning, .reasoningEnd where isInUnclosedReasoning:
      scanner.position = end
    case .reasoningStart(let tags):
      takeProse(upTo: start)
      hasReasoning = true
      (proseStart, scanner.position) = (end, end)
      guard let close = scanner.firstIndex(of: tags.end, from: end) else {
        isInUnclosedReasoning = true
        return
      }
      output.reasoning += scanner.text(end..<close)
      proseStart = close + tags.end.utf8.count
      scanner.position = proseStart
    case .reasoningEnd:
      takeProse(upTo: start)
      (proseStart, scanner.position) = (end, end)
      if !hasReasoning { makeReasoning() }
      hasReasoning = true
    }
  }

  /// Turns all there is into reasoning, which the prompt had opened.
  private mutating func makeReasoning() {
    output = ParsedOutput(reasoning: output.prose)
  }

  private mutating func takeProse(upTo end: Int) {
    let text = scanner.text(proseStart..<max(proseStart, end))
    if isInUnclosedReasoning { output.reasoning += text } else { output.prose += text }
    proseStart = end
  }

  private mutating func readCall(at start: Int, passing end: Int) {
    guard allowance > 0 else { return scanner.position = end }
    var attempt = ByteScanner(scanner.bytes, at: start)
    let reading = dialect.read(&attempt, tools: tools)
    switch reading {
    case .calls(let calls, let problems):
      allowance -= attempt.furthest - attempt.position
      take(calls, problems, from: start, to: attempt.position)
    case _ where isQuoted(start): scanner.position = end
    case .unclosed(let calls, let problems):
      if let close = closing(after: attempt.position), !hasOtherOpening(attempt.position..<close) {
        allowance -= attempt.furthest - start
        fail(.malformed("\(dialect.closing ?? "") is missing"), from: start, to: close)
      } else {
        allowance -= attempt.furthest - attempt.position
        // The last of those that failed is where the text breaks off.
        let problems = problems.isEmpty ? [] : problems.dropLast() + [.truncated]
        take(calls.map { $0.read(.unclosedCall) }, problems, from: start, to: attempt.position)
      }
    case .text:
      // Between both tags, it is an attempt at a call after all.
      allowance -= attempt.furthest - start
      if let close = closing(after: end), !hasOtherOpening(end..<close) {
        fail(.malformed("no call"), from: start, to: close)
      } else {
        scanner.position = end
      }
    case .malformed(let reason):
      allowance -= attempt.furthest - start
      if dialect.closing == nil {
        fail(.malformed(reason), from: start, to: max(end, attempt.position), passing: "")
      } else if let close = closing(after: end) {
        fail(.malformed(reason), from: start, to: close)
      } else {
        fail(.truncated, from: start, to: scanner.bytes.count, passing: "")
      }
    case .unfinished(let calls, let problems) where !calls.isEmpty || !problems.isEmpty:
      if !hasReasoning, let close = reasoningEnd(after: start) { return scanner.position = close }
      take(calls, problems + [.truncated], from: start, to: scanner.bytes.count)
    case .unfinished:
      allowance -= attempt.furthest - start
      fail(.truncated, from: start, to: scanner.bytes.count, passing: "")
    }
  }

  /// A call without a tag: it begins the answer, and its tools exist; anything else is text.
  private mutating func readBareCall(at start: Int) {
    if firstText.from != proseStart { firstText = (proseStart, scanner.index(afterSpaceFrom: proseStart)) }
    let isFirst = output.calls.isEmpty && firstText.index == start && output.prose.allSatisfy(\.isWhitespace)
    scanner.position = start + 1
    guard isFirst, allowance > 0 else { return }
    var attempt = ByteScanner(scanner.bytes, at: start)
    let reading = dialect.read(&attempt, tools: tools)
    allowance -= attempt.furthest - start
    guard case .calls(let calls, let problems) = reading, !calls.isEmpty,
      calls.allSatisfy({ call in tools.isEmpty || tools.contains { $0.name == call.name } })
    else { return }
    take(calls, problems, from: start, to: attempt.position)
  }

  private mutating func take(_ calls: [ToolCall], _ problems: [ParsedOutput.Problem], from start: Int, to end: Int) {
    takeProse(upTo: start)
    (proseStart, scanner.position) = (end, end)
    output.problems += problems
    for call in calls {
      if call.name.allSatisfy(\.isWhitespace) {
        output.problems.append(.emptyName)
      } else {
        output.calls.append(isInUnclosedReasoning ? call.read(.unclosedReasoning) : call)
      }
    }
  }

  /// Counts a failed attempt, unless it stands in reasoning that the prompt opened: then it is part of that.
  private mutating func fail(
    _ problem: ParsedOutput.Problem, from start: Int, to end: Int, passing closing: String? = nil
  ) {
    let mark = closing ?? dialect.closing ?? ""
    if !hasReasoning, let close = reasoningEnd(after: start), close < end {
      scanner.position = close
      return
    }
    takeProse(upTo: start)
    // Reasoning that never ends may hold anything.
    if !isInUnclosedReasoning { output.problems.append(problem) }
    proseStart = min(scanner.bytes.count, end + mark.utf8.count)
    scanner.position = proseStart
  }

  private mutating func closing(after index: Int) -> Int? {
    guard let closing = dialect.closing else { return nil }
    var known = nextClosing
    defer { nextClosing = known }
    return place(of: closing, after: index, &known)
  }

  private mutating func reasoningEnd(after index: Int) -> Int? {
    guard let tags = dialect.reasoning.first else { return nil }
    var known = nextReasoningEnd
    defer { nextReasoningEnd = known }
    return place(of: tags.end, after: index, &known)
  }

  /// Where a mark next stands; what was looked at before is not read again.
  private mutating func place(of mark: String, after index: Int, _ next: inout (from: Int, index: Int?)?) -> Int? {
    if let known = next, known.from <= index, known.index.map({ $0 >= index }) ?? true { return known.index }
    let found = scanner.firstIndex(of: mark, from: index)
    next = (index, found)
    return found
  }

  private func hasOtherOpening(_ range: Range<Int>) -> Bool {
    range.contains { index in
      isFirst[Int(scanner.bytes[index])] && dialect.openings.contains { scanner.starts(with: $0, at: index) }
    }
  }

  /// Whether the tag at an index is named in a text, as code.
  private func isQuoted(_ index: Int) -> Bool { index > 0 && scanner.bytes[index - 1] == UInt8(ascii: "`") }
}
