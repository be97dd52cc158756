import JSON

/// A rule by which text is cut: at the matches of a pattern.
struct Splitter: Sendable, Equatable {
  /// What becomes of a match.
  enum Behavior: String, Sendable, CaseIterable {
    /// It is a piece.
    case isolated = "Isolated"
    case removed = "Removed"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    /// It is a piece together with the matches beside it.
    case contiguous = "Contiguous"
  }

  let pattern: Pattern
  let behavior: Behavior
  /// Whether what lies between matches counts as the match.
  var isInverted = false

  /// Calls `body` with each piece of a range, in order; none is empty.
  ///
  /// - Parameter matcher: One of the splitter's pattern.
  /// - Complexity: O(*n*) in bytes.
  func forEachPiece(
    of text: UTF8Text, _ range: Range<Int>, by matcher: inout PatternMatcher, _ body: (Range<Int>) -> Void
  ) {
    var pending: Range<Int>?
    var followsMatch = false
    matcher.forEachPart(of: text, range) { part, isPatternMatch in
      let isMatch = isPatternMatch != isInverted
      switch behavior {
      case .isolated: return body(part)
      case .removed: return isMatch ? () : body(part)
      case .mergedWithPrevious, .mergedWithNext, .contiguous: break
      }
      if let open = pending, joins(isMatch, followsMatch) {
        pending = open.lowerBound..<part.upperBound
      } else {
        if let pending { body(pending) }
        pending = part
      }
      followsMatch = isMatch
    }
    if let pending { body(pending) }
  }

  /// Whether a part belongs to the piece before.
  private func joins(_ isMatch: Bool, _ followsMatch: Bool) -> Bool {
    switch behavior {
    case .mergedWithPrevious: isMatch && !followsMatch
    case .mergedWithNext: !isMatch && followsMatch
    case .contiguous: isMatch == followsMatch
    case .isolated, .removed: false
    }
  }
}

/// Reading.
extension Splitter {
  /// The words that byte-level steps cut by themselves: contractions, letters, numbers, signs, white space.
  static func words() throws(TokenizerProblem) -> Splitter {
    try Splitter(
      #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#, behavior: .isolated)
  }

  /// Numbers apart from the text around them: every character of a number alone, or runs together.
  static func digits(individual: Bool) throws(TokenizerProblem) -> Splitter {
    try Splitter(#"\p{N}"#, behavior: individual ? .isolated : .contiguous)
  }

  /// What lies between white space.
  static func spaces() throws(TokenizerProblem) -> Splitter { try Splitter(#"\s"#, behavior: .removed) }

  private init(_ source: String, behavior: Behavior) throws(TokenizerProblem) {
    do throws(PatternParser.Refusal) {
      self.init(pattern: try Pattern(source), behavior: behavior)
    } catch {
      throw .unsupported(field: "pre_tokenizer", value: source, supported: [error.reason])
    }
  }

  /// A `Split` step.
  ///
  /// - Throws: `TokenizerProblem` with the path of the field.
  init(_ fields: JSONFields) throws(TokenizerProblem) {
    let name = try fields.string("behavior")
    guard let behavior = Behavior(rawValue: name) else {
      throw .unsupported(
        field: fields.path(of: "behavior"), value: name, supported: Behavior.allCases.map(\.rawValue))
    }
    self.init(
      pattern: try fields.pattern(), behavior: behavior, isInverted: try fields.bool("invert", default: false))
  }
}
