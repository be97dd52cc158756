/// A pattern as a list of instructions, which `PatternMatcher` runs.
struct PatternProgram: Sendable, Equatable {
  enum Instruction: Sendable, Equatable {
    /// Passes over a scalar of the set of that number.
    case scalar(set: Int)
    /// Passes over as many scalars of a set as there are, and gives them back one at a time.
    case run(set: Int, choice: Int)
    /// Passes over as many scalars of a set as there are, for good.
    case possessiveRun(set: Int)
    /// Goes on at the first instruction, and at the second if that fails.
    case fork(first: Int, second: Int, choice: Int)
    /// Goes on at an instruction if the next scalar is not of a set.
    case skip(unless: Int, to: Int)
    case jump(Int)
    /// Requires that the instructions up to `end` match here, or that they do not; goes on at `end`.
    case lookahead(end: Int, isNegative: Bool)
    case lookbehind(set: Int, isNegative: Bool)
    /// Matches the instructions up to `end` in the first way they can; goes on there.
    case atomic(end: Int)
    case boundary(PatternNode.Boundary)
    /// Ends a match, or what an instruction above encloses.
    case accept
  }

  /// Bounds what counted repetitions can unfold to.
  static let instructionLimit = 4_096
  /// Bounds what the matcher notes for each byte of a text that its choices fail in again and again: 64 bytes.
  static let choiceLimit = 512

  private(set) var instructions: [Instruction] = []
  private(set) var sets: [ScalarSet] = []
  /// How many instructions choose: what fails after them at a position fails there for good.
  private(set) var choiceCount = 0
  /// Of `sets`, while the program is made.
  private var numbers: [ScalarSet: Int] = [:]

  init(_ node: PatternNode) throws(PatternParser.Refusal) {
    try add(node)
    try emit(.accept)
    guard choiceCount <= Self.choiceLimit else { throw PatternParser.Refusal(reason: "it has too many choices") }
    numbers = [:]
  }

  private mutating func emit(_ instruction: Instruction) throws(PatternParser.Refusal) {
    guard instructions.count < Self.instructionLimit else { throw PatternParser.Refusal(reason: "it is too long") }
    instructions.append(instruction)
  }

  private mutating func number(of set: ScalarSet) -> Int {
    if let known = numbers[set] { return known }
    numbers[set] = sets.count
    sets.append(set)
    return sets.count - 1
  }

  private mutating func nextChoice() -> Int {
    choiceCount += 1
    return choiceCount - 1
  }

  private mutating func add(_ node: PatternNode) throws(PatternParser.Refusal) {
    switch node {
    case .set(let set): try emit(.scalar(set: number(of: set)))
    case .sequence(let nodes): for node in nodes { try add(node) }
    case .alternatives(let nodes): try add(alternatives: nodes)
    case .repetition(let node, let count, let mode): try add(repeated: node, count, mode)
    case .lookahead(let node, let isNegative):
      try add(enclosed: node) { .lookahead(end: $0, isNegative: isNegative) }
    case .atomic(let node): try add(enclosed: node) { .atomic(end: $0) }
    case .lookbehind(let set, let isNegative): try emit(.lookbehind(set: number(of: set), isNegative: isNegative))
    case .boundary(let boundary): try emit(.boundary(boundary))
    }
  }

  private mutating func add(
    enclosed node: PatternNode, as instruction: (Int) -> Instruction
  ) throws(PatternParser.Refusal) {
    // What is matched apart from the rest could be matched anew at each position of the text.
    guard !node.isUnbounded else {
      throw PatternParser.Refusal(reason: "it has a lookahead or an atomic group of any length")
    }
    let start = instructions.count
    try emit(.accept)
    try add(node)
    try emit(.accept)
    instructions[start] = instruction(instructions.count)
  }

  private mutating func add(alternatives nodes: [PatternNode]) throws(PatternParser.Refusal) {
    var jumps: [Int] = []
    for (index, node) in nodes.enumerated() {
      guard index < nodes.count - 1 else {
        try add(node)
        break
      }
      let skip = try addSkip(for: node)
      let fork = instructions.count
      try emit(.accept)
      try add(node)
      jumps.append(instructions.count)
      try emit(.accept)
      instructions[fork] = .fork(first: fork + 1, second: instructions.count, choice: nextChoice())
      finish(skip)
    }
    for jump in jumps { instructions[jump] = .jump(instructions.count) }
  }

  /// Begins to pass over what cannot match anyway, which is quicker than to try; nil if that cannot be told.
  private mutating func addSkip(for node: PatternNode) throws(PatternParser.Refusal) -> Int? {
    guard let first = node.firstScalars else { return nil }
    try emit(.skip(unless: number(of: ScalarSet(first)), to: 0))
    return instructions.count - 1
  }

  /// Makes a skip lead to the next instruction.
  private mutating func finish(_ skip: Int?) {
    guard let skip, case .skip(let set, _) = instructions[skip] else { return }
    instructions[skip] = .skip(unless: set, to: instructions.count)
  }

  private mutating func add(
    repeated node: PatternNode, _ count: RepetitionCount, _ mode: RepetitionMode
  ) throws(PatternParser.Refusal) {
    if mode == .possessive {
      if case .set(let set) = node, count.most == nil {
        for _ in 0..<count.least { try add(node) }
        return try emit(.possessiveRun(set: number(of: set)))
      }
      return try add(enclosed: .repetition(node, count, .greedy)) { .atomic(end: $0) }
    }
    for _ in 0..<count.least { try add(node) }
    guard let most = count.most else { return try add(anyNumberOf: node, mode) }
    var (skips, forks): ([Int?], [Int]) = ([], [])
    for _ in count.least..<most {
      if mode == .greedy { skips.append(try addSkip(for: node)) }
      forks.append(instructions.count)
      try emit(.accept)
      try add(node)
    }
    for fork in forks { instructions[fork] = choose(fork + 1, or: instructions.count, mode) }
    for skip in skips { finish(skip) }
  }

  private mutating func add(anyNumberOf node: PatternNode, _ mode: RepetitionMode) throws(PatternParser.Refusal) {
    if case .set(let set) = node, mode == .greedy {
      return try emit(.run(set: number(of: set), choice: nextChoice()))
    }
    let fork = instructions.count
    try emit(.accept)
    try add(node)
    try emit(.jump(fork))
    instructions[fork] = choose(fork + 1, or: instructions.count, mode)
  }

  /// A fork into another repetition and the end of them.
  private mutating func choose(_ another: Int, or end: Int, _ mode: RepetitionMode) -> Instruction {
    mode == .lazy
      ? .fork(first: end, second: another, choice: nextChoice())
      : .fork(first: another, second: end, choice: nextChoice())
  }
}
