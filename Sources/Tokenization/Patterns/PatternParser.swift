/// Reads a regular expression in the syntax of Oniguruma for Ruby, which the reference library uses.
///
/// What is not read is refused, never taken for something else: scripts, back references, word boundaries, options
/// but `i`, and case ignored outside ASCII.
struct PatternParser {
  /// Why a pattern is not supported.
  struct Refusal: Error, Equatable { let reason: String }

  private let scalars: [Unicode.Scalar]
  var position = 0
  private var depth = 0
  private var ignoresCase = false

  /// Bounds the recursion.
  private static let depthLimit = 32
  private static let countLimit = 1_000

  private init(_ source: String) { scalars = Array(source.unicodeScalars) }

  static func parse(_ source: String) throws(Refusal) -> PatternNode {
    var parser = PatternParser(source)
    let node = try parser.alternatives()
    guard parser.next == nil else { throw Refusal(reason: "it closes a group that is not open") }
    return node
  }

  var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  mutating func take() throws(Refusal) -> Unicode.Scalar {
    guard let scalar = next else { throw Refusal(reason: "it ends too early") }
    position += 1
    return scalar
  }

  mutating func consume(_ text: String) -> Bool {
    let expected = Array(text.unicodeScalars)
    guard scalars[position...].starts(with: expected) else { return false }
    position += expected.count
    return true
  }

  /// Runs a step one level deeper.
  mutating func nested<Value>(
    _ step: (inout PatternParser) throws(Refusal) -> Value
  ) throws(Refusal) -> Value {
    guard depth < Self.depthLimit else { throw Refusal(reason: "it nests too deeply") }
    depth += 1
    defer { depth -= 1 }
    return try step(&self)
  }
}

/// Groups and repetitions.
extension PatternParser {
  private mutating func alternatives() throws(Refusal) -> PatternNode {
    var branches = [try sequence()]
    while consume("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .alternatives(branches)
  }

  private mutating func sequence() throws(Refusal) -> PatternNode {
    var nodes: [PatternNode] = []
    var lastLiteral: Unicode.Scalar?
    while let scalar = next, scalar != "|", scalar != ")" {
      let start = position
      let node = try atom()
      let literal = position == start + 1 ? scalar : nil
      if ignoresCase, let lastLiteral, let literal { try Self.requireNoLigature(lastLiteral, literal) }
      lastLiteral = literal
      nodes.append(try repeated(node))
    }
    return nodes.count == 1 ? nodes[0] : .sequence(nodes)
  }

  private mutating func atom() throws(Refusal) -> PatternNode {
    switch try take() {
    case "(": return try nested { parser throws(Refusal) in try parser.group() }
    case "[": return .set(ScalarSet(try nested { parser throws(Refusal) in try parser.setRule() }))
    case ".": return .set(ScalarSet(ScalarSet.Rule(ranges: [0x0A...0x0A], isComplement: true)))
    case "^": return .boundary(.startOfLine)
    case "$": return .boundary(.endOfLine)
    case "\\":
      if consume("A") { return .boundary(.startOfText) }
      if consume("z") { return .boundary(.endOfText) }
      return .set(ScalarSet(try cased(try escape())))
    case let scalar where "*+?{".unicodeScalars.contains(scalar):
      throw Refusal(reason: "it has \"\(scalar)\" where there is nothing to repeat")
    case let scalar: return .set(ScalarSet(try cased(ScalarSet.Rule(ranges: [scalar.value...scalar.value]))))
    }
  }

  /// The rest of a group, after its parenthesis.
  private mutating func group() throws(Refusal) -> PatternNode {
    let before = ignoresCase
    defer { ignoresCase = before }
    guard consume("?") else { return try body() }
    if consume(":") { return try body() }
    if consume("=") { return .lookahead(try body(), isNegative: false) }
    if consume("!") { return .lookahead(try body(), isNegative: true) }
    if consume(">") { return .atomic(try body()) }
    for (opening, isNegative) in [("<=", false), ("<!", true)] where consume(opening) {
      guard case .set(let set) = try body() else {
        throw Refusal(reason: "it looks behind for more than one character")
      }
      return .lookbehind(set, isNegative: isNegative)
    }
    for (opening, value) in [("i:", true), ("-i:", false)] where consume(opening) {
      ignoresCase = value
      return try body()
    }
    throw Refusal(reason: "it has a group that begins with \"(?\(next.map(String.init) ?? "")\"")
  }

  private mutating func body() throws(Refusal) -> PatternNode {
    let node = try alternatives()
    guard consume(")") else { throw Refusal(reason: "it leaves a group open") }
    return node
  }

  private mutating func repeated(_ node: PatternNode) throws(Refusal) -> PatternNode {
    let start = position
    let count: RepetitionCount
    if consume("*") {
      count = RepetitionCount(least: 0, most: nil)
    } else if consume("+") {
      count = RepetitionCount(least: 1, most: nil)
    } else if consume("?") {
      count = RepetitionCount(least: 0, most: 1)
    } else if consume("{") {
      count = try interval()
    } else {
      return node
    }
    let isInterval = scalars[start] == "{"
    if isInterval, count.least == count.most, next == "?" {
      throw Refusal(reason: "it has \"?\" after a fixed number of repetitions")
    }
    guard count.most ?? .max <= 1 || !node.matchesNothing else {
      throw Refusal(reason: "it repeats what can match nothing")
    }
    var mode = RepetitionMode.greedy
    if consume("?") { mode = .lazy } else if !isInterval, consume("+") { mode = .possessive }
    // After an interval, a plus is a repetition of its own.
    if next == "+", isInterval, mode == .greedy, !node.matchesNothing, count.least > 0 {
      position += 1
      return .repetition(
        .repetition(node, count, .greedy), RepetitionCount(least: 1, most: nil), .greedy)
    }
    guard let following = next, "*+?{".unicodeScalars.contains(following) else {
      return .repetition(node, count, mode)
    }
    throw Refusal(reason: "it repeats a repetition")
  }

  /// The rest of `{1,3}`, `{2,}`, `{,3}` or `{2}`.
  private mutating func interval() throws(Refusal) -> RepetitionCount {
    let least = try number()
    var most = least
    if consume(",") {
      most = try number()
    } else if least == nil {
      throw Refusal(reason: "it has a \"{\" of no number")
    }
    guard consume("}"), least != nil || most != nil, least ?? 0 <= most ?? .max else {
      throw Refusal(reason: "it has a number of repetitions that is none")
    }
    return RepetitionCount(least: least ?? 0, most: most)
  }

  private mutating func number() throws(Refusal) -> Int? {
    var value: Int?
    while let digit = next.flatMap({ "0"..."9" ~= $0 ? Int($0.value - 0x30) : nil }) {
      value = (value ?? 0) * 10 + digit
      position += 1
      if let value, value > Self.countLimit {
        throw Refusal(reason: "it repeats more than \(Self.countLimit) times")
      }
    }
    return value
  }
}

/// Case.
extension PatternParser {
  /// A rule as it is where the pattern says to ignore case.
  func cased(_ rule: ScalarSet.Rule) throws(Refusal) -> ScalarSet.Rule {
    guard ignoresCase else { return rule }
    guard rule.traits.isEmpty, rule.unions.isEmpty, rule.intersections.isEmpty,
      rule.ranges.allSatisfy({ $0.upperBound < 0x80 })
    else { throw Refusal(reason: "it ignores the case of more than ASCII characters") }
    var folded = rule
    for range in rule.ranges {
      for value in range {
        switch value {
        case 0x41...0x5A: folded.ranges.append(value + 0x20...value + 0x20)
        case 0x61...0x7A: folded.ranges.append(value - 0x20...value - 0x20)
        default: continue
        }
        // The Kelvin sign and the long s.
        if value | 0x20 == 0x6B { folded.ranges.append(0x212A...0x212A) }
        if value | 0x20 == 0x73 { folded.ranges.append(0x17F...0x17F) }
      }
    }
    return folded
  }

  /// Letters that together equal one character when case is ignored, as "ss" does "ß".
  private static func requireNoLigature(_ first: Unicode.Scalar, _ second: Unicode.Scalar) throws(Refusal) {
    let pair = (first.value | 0x20, second.value | 0x20)
    for ligature in ["ss", "ff", "fi", "fl", "st"] {
      let values = ligature.unicodeScalars.map(\.value)
      guard pair != (values[0], values[1]) else {
        throw Refusal(reason: "it ignores the case of \"\(ligature)\", which equals one character")
      }
    }
  }
}
