/// Finds the matches of a pattern in a text, by trying the choices of its program in order.
///
/// Most patterns decide within a few scalars. For those that do not, the matcher notes which choices have failed at
/// which positions, once it has worked far longer than the text is: a choice that failed there once, in whatever match,
/// fails there again. So the time is linear in the text for any pattern.
struct PatternMatcher {
  private enum Resumption {
    case at(Int)
    /// Gives back scalars of a run, down to a position.
    case shorterRun(instruction: Int, downTo: Int)
  }

  private struct Choice {
    let resumption: Resumption
    let position: Int
    /// How many attempts were under way.
    let attemptCount: Int
  }

  private let instructions: [PatternProgram.Instruction]
  private let sets: [ScalarSet]
  private let choiceCount: Int
  private let tellsWords: Bool
  private var text: UTF8Text
  private var bounds: Range<Int>
  private var choices: [Choice] = []
  /// The last possessive run of each set.
  private var lastRuns: [Range<Int>]

  /// The last scalar beyond ASCII that was looked at.
  private var traitsPosition = -1
  private var scalarTraits: (value: UInt32, traits: ScalarTraits, end: Int) = (0, [], 0)

  private var workLeft = 0
  /// By position and choice, one bit each: what failed or is under way. Empty until work runs out.
  private var attempted: [UInt64] = []
  /// The bits of those under way.
  private var attempts: [Int] = []

  /// Work that is allowed for each byte before failures are noted.
  private static let workPerByte = 32
  private static let workAtLeast = 1_024

  init(_ program: PatternProgram) {
    instructions = program.instructions
    sets = program.sets
    tellsWords = sets.contains { $0.rule.tellsWords }
    choiceCount = program.choiceCount
    lastRuns = Array(repeating: 0..<0, count: program.sets.count)
    text = UTF8Text(UnsafeBufferPointer(start: nil, count: 0))
    bounds = 0..<0
  }

  /// One that matches nothing.
  static var idle: PatternMatcher { PatternMatcher() }

  private init() {
    instructions = []
    sets = []
    tellsWords = false
    choiceCount = 0
    lastRuns = []
    text = UTF8Text(UnsafeBufferPointer(start: nil, count: 0))
    bounds = 0..<0
  }

  /// Calls `body` with each part of a range in order, and whether it is a match; no part is empty.
  ///
  /// The range is all that the pattern sees of the text.
  ///
  /// - Complexity: O(*n*) in bytes.
  mutating func forEachPart(of text: UTF8Text, _ range: Range<Int>, _ body: (Range<Int>, _ isMatch: Bool) -> Void) {
    start(in: text, range)
    var position = range.lowerBound
    while let match = firstMatch(from: position) {
      if position < match.lowerBound { body(position..<match.lowerBound, false) }
      body(match, true)
      position = match.upperBound
    }
    if position < range.upperBound { body(position..<range.upperBound, false) }
  }

  private mutating func start(in text: UTF8Text, _ bounds: Range<Int>) {
    self.text = text
    self.bounds = bounds
    traitsPosition = -1
    for set in lastRuns.indices { lastRuns[set] = 0..<0 }
    attempted.removeAll(keepingCapacity: false)
    workLeft = Self.workAtLeast + Self.workPerByte * bounds.count
  }

  /// The first match that begins at a position or after it.
  private mutating func firstMatch(from position: Int) -> Range<Int>? {
    var start = position
    while start < bounds.upperBound {
      if let end = end(from: 0, at: start) { return start..<end }
      start = text.position(after: start)
    }
    return nil
  }

  /// Where what begins at an instruction ends, if it matches at a position.
  private mutating func end(from entry: Int, at start: Int) -> Int? {
    let (choiceBase, attemptBase) = (choices.count, attempts.count)
    var (pc, position) = (entry, start)
    while true {
      let matches: Bool
      switch instructions[pc] {
      case .scalar(let set):
        let end = endOfScalar(of: set, at: position)
        matches = end > 0
        if matches { (pc, position) = (pc + 1, end) }
      case .run(let set, let choice):
        matches = run(set, choice, &pc, &position)
      case .possessiveRun(let set):
        matches = true
        if !lastRuns[set].contains(position) { lastRuns[set] = position..<endOfRun(of: set, from: position) }
        position = max(position, lastRuns[set].upperBound)
        pc += 1
      case .fork(let first, let second, let choice):
        matches = attempt(choice, at: position)
        if matches {
          choices.append(Choice(resumption: .at(second), position: position, attemptCount: attempts.count))
          pc = first
        }
      case .skip(let set, let target):
        matches = true
        pc = endOfScalar(of: set, at: position) > 0 ? pc + 1 : target
      case .jump(let target):
        matches = true
        pc = target
      case .lookahead(let end, let isNegative):
        matches = (self.end(from: pc + 1, at: position) == nil) == isNegative
        pc = end
      case .atomic(let end):
        let after = self.end(from: pc + 1, at: position)
        matches = after != nil
        if let after { (pc, position) = (end, after) }
      case .lookbehind(let set, let isNegative):
        matches = isBehind(set, position) != isNegative
        pc += 1
      case .boundary(let boundary):
        matches = isAt(boundary, position)
        pc += 1
      case .accept:
        choices.removeLast(choices.count - choiceBase)
        forgetAttempts(from: attemptBase)
        return position
      }
      if matches { continue }
      guard choices.count > choiceBase else {
        attempts.removeLast(attempts.count - attemptBase)
        return nil
      }
      (pc, position) = resume()
    }
  }

  /// Takes up the last choice.
  private mutating func resume() -> (pc: Int, position: Int) {
    let choice = choices.removeLast()
    spend(1)
    // What was under way since then has failed.
    attempts.removeLast(max(0, attempts.count - choice.attemptCount))
    switch choice.resumption {
    case .at(let pc): return (pc, choice.position)
    case .shorterRun(let instruction, let least):
      let position = text.scalar(before: choice.position).start
      if position > least {
        choices.append(
          Choice(resumption: choice.resumption, position: position, attemptCount: choice.attemptCount))
      }
      return (instruction + 1, position)
    }
  }
}

/// Scalars and places.
extension PatternMatcher {
  /// The position after a scalar of a set; 0 if there is none.
  @inline(__always)
  private mutating func endOfScalar(of set: Int, at position: Int) -> Int {
    guard position < bounds.upperBound else { return 0 }
    let byte = text[position]
    if byte < 0x80 { return sets[set].contains(ascii: byte) ? position + 1 : 0 }
    if position != traitsPosition {
      let (scalar, end) = text.scalar(at: position)
      scalarTraits = (scalar.value, tellsWords ? scalar.traits.union(scalar.wordTraits) : scalar.traits, end)
      traitsPosition = position
    }
    return sets[set].contains(scalarTraits.value, scalarTraits.traits) ? scalarTraits.end : 0
  }

  @inline(__always)
  private mutating func endOfRun(of set: Int, from start: Int) -> Int {
    var position = start
    while case let end = endOfScalar(of: set, at: position), end > 0 { position = end }
    spend(position - start)
    return position
  }

  private mutating func isBehind(_ set: Int, _ position: Int) -> Bool {
    guard position > bounds.lowerBound else { return false }
    return endOfScalar(of: set, at: text.scalar(before: position).start) > 0
  }

  private func isAt(_ boundary: PatternNode.Boundary, _ position: Int) -> Bool {
    let isStart = position == bounds.lowerBound
    let isEnd = position == bounds.upperBound
    return switch boundary {
    case .startOfText: isStart
    case .endOfText: isEnd
    case .startOfLine: isStart || (!isEnd && text[position - 1] == 0x0A)
    case .endOfLine: isEnd || text[position] == 0x0A
    }
  }
}

/// Choices that fail again.
extension PatternMatcher {
  /// Passes over a run; scalar by scalar once failures are noted.
  private mutating func run(_ set: Int, _ choice: Int, _ pc: inout Int, _ position: inout Int) -> Bool {
    if attempted.isEmpty {
      let start = position
      position = endOfRun(of: set, from: start)
      if position > start {
        choices.append(
          Choice(
            resumption: .shorterRun(instruction: pc, downTo: start), position: position,
            attemptCount: attempts.count))
      }
      pc += 1
      return true
    }
    guard attempt(choice, at: position) else { return false }
    let end = endOfScalar(of: set, at: position)
    if end > 0 {
      choices.append(Choice(resumption: .at(pc + 1), position: position, attemptCount: attempts.count))
      position = end
    } else {
      pc += 1
    }
    return true
  }

  /// Notes that a choice is under way; returns false if it has failed here before.
  @inline(__always)
  private mutating func attempt(_ choice: Int, at position: Int) -> Bool {
    guard !attempted.isEmpty else { return true }
    let bit = (position - bounds.lowerBound) * choiceCount + choice
    guard attempted[bit >> 6] & 1 << UInt64(bit & 63) == 0 else { return false }
    attempted[bit >> 6] |= 1 << UInt64(bit & 63)
    attempts.append(bit)
    return true
  }

  /// Those that led to a match have not failed.
  private mutating func forgetAttempts(from base: Int) {
    for bit in attempts[base...] { attempted[bit >> 6] &= ~(1 << UInt64(bit & 63)) }
    attempts.removeLast(attempts.count - base)
  }

  @inline(__always)
  private mutating func spend(_ work: Int) {
    workLeft -= work
    if workLeft < 0, attempted.isEmpty {
      attempted = Array(repeating: 0, count: ((bounds.count + 1) * max(1, choiceCount) + 63) / 64)
    }
  }
}
