/// A pattern as a tree, without what only its spelling needs: groups are nodes, captures are none.
indirect enum PatternNode: Sendable, Equatable {
  case set(ScalarSet)
  case sequence([PatternNode])
  /// The first that lets the rest match counts.
  case alternatives([PatternNode])
  case repetition(PatternNode, RepetitionCount, RepetitionMode)
  /// Matches nothing itself: requires that the node matches here, or that it does not.
  case lookahead(PatternNode, isNegative: Bool)
  /// Requires that the scalar before is in the set, or that none such is there.
  case lookbehind(ScalarSet, isNegative: Bool)
  /// Keeps the first way in which the node matches.
  case atomic(PatternNode)
  case boundary(Boundary)

  enum Boundary: Sendable, Equatable {
    case startOfText, endOfText, startOfLine, endOfLine
  }

  /// Whether it can match without passing over a scalar.
  var matchesNothing: Bool {
    switch self {
    case .set: false
    case .sequence(let nodes): nodes.allSatisfy(\.matchesNothing)
    case .alternatives(let nodes): nodes.contains(where: \.matchesNothing)
    case .repetition(let node, let count, _): count.least == 0 || node.matchesNothing
    case .atomic(let node): node.matchesNothing
    case .lookahead, .lookbehind, .boundary: true
    }
  }

  /// What a match begins with; nil if that cannot be told, or may be nothing.
  var firstScalars: ScalarSet.Rule? {
    switch self {
    case .set(let set): return set.rule
    case .sequence(let nodes):
      var rules: [ScalarSet.Rule] = []
      for node in nodes {
        guard case .repetition(let repeated, _, _) = node, node.matchesNothing else {
          guard let rule = node.firstScalars else { return nil }
          return ScalarSet.Rule(unions: rules + [rule])
        }
        guard let rule = repeated.firstScalars else { return nil }
        rules.append(rule)
      }
      return nil
    case .alternatives(let nodes):
      let rules = nodes.compactMap(\.firstScalars)
      return rules.count == nodes.count ? ScalarSet.Rule(unions: rules) : nil
    case .repetition(let node, let count, _): return count.least > 0 ? node.firstScalars : nil
    case .atomic(let node): return node.firstScalars
    case .lookahead, .lookbehind, .boundary: return nil
    }
  }

  /// Whether it may pass over any number of scalars.
  var isUnbounded: Bool {
    switch self {
    case .set, .lookahead, .lookbehind, .boundary: false
    case .sequence(let nodes), .alternatives(let nodes): nodes.contains(where: \.isUnbounded)
    case .repetition(let node, let count, _): count.most == nil || node.isUnbounded
    case .atomic(let node): node.isUnbounded
    }
  }
}

struct RepetitionCount: Sendable, Equatable {
  let least: Int
  /// nil for any number.
  let most: Int?
}

enum RepetitionMode: Sendable {
  /// As often as possible, giving back what the rest needs.
  case greedy
  /// As seldom as possible.
  case lazy
  /// As often as possible, giving nothing back.
  case possessive
}
