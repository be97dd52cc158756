import JSON

/// A rule by which text is cut: at the matches of a pattern, or at characters of a class.
struct Splitter: Sendable, Equatable {
  /// What is a match.
  enum Rule: Sendable, Equatable {
    case pattern(Pattern)
    /// Each of these characters.
    case scalars(ScalarClass)
  }

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

  let rule: Rule
  let behavior: Behavior
  /// Whether what lies between matches counts as the match.
  let isInverted: Bool

  init(_ rule: Rule, _ behavior: Behavior, isInverted: Bool = false) {
    (self.rule, self.behavior, self.isInverted) = (rule, behavior, isInverted)
  }

  /// What finds the matches; of a class, what is never used.
  var matcher: PatternMatcher {
    switch rule {
    case .pattern(let pattern): PatternMatcher(pattern.program)
    case .scalars: .idle
    }
  }

  /// Calls `body` with each piece of a range, in order; none is empty.
  ///
  /// - Parameter matcher: The splitter's own.
  /// - Complexity: O(*n*) in bytes.
  func forEachPiece(
    of text: UTF8Text, _ range: Range<Int>, by matcher: inout PatternMatcher, _ body: (Range<Int>) -> Void
  ) {
    var pending: Range<Int>?
    var followsMatch = false
    forEachPart(of: text, range, by: &matcher) { part, isPatternMatch in
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

  private func forEachPart(
    of text: UTF8Text, _ range: Range<Int>, by matcher: inout PatternMatcher, _ body: (Range<Int>, Bool) -> Void
  ) {
    switch rule {
    case .pattern: matcher.forEachPart(of: text, range, body)
    case .scalars(let scalars): scalars.forEachPart(of: text, range, body)
    }
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
    let source = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    do throws(PatternParser.Refusal) {
      return Splitter(.pattern(try Pattern(source)), .isolated)
    } catch {
      throw .unsupported(field: "pre_tokenizer", value: source, supported: [error.reason])
    }
  }

  /// A `Split` step.
  ///
  /// - Throws: `TokenizerProblem` with the path of the field.
  init(_ fields: JSONFields) throws(TokenizerProblem) {
    self.init(
      .pattern(try fields.pattern()), try Behavior(fields), isInverted: try fields.bool("invert", default: false))
  }
}

extension Splitter.Behavior {
  /// The `behavior` of a step.
  ///
  /// - Parameter missing: What counts if there is none.
  init(_ fields: JSONFields, default missing: Self? = nil) throws(TokenizerProblem) {
    if let missing, fields["behavior"] == nil {
      self = missing
      return
    }
    let name = try fields.string("behavior")
    guard let behavior = Self(rawValue: name) else {
      throw .unsupported(field: fields.path(of: "behavior"), value: name, supported: Self.allCases.map(\.rawValue))
    }
    self = behavior
  }
}
