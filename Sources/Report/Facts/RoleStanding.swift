import Measurements
import Store
import Verdicts

/// The answer about a role in words: which model to keep, and why.
public struct RoleStanding: Sendable, Equatable {
  /// What follows, in one sentence: `Keep x.`
  public let answer: String
  /// How many tried, and what came of it: `4 challenges, none won.`
  public let challenges: String
  /// The challenger that came nearest, with what it is better and worse in; nil without one.
  public let nearest: String?
  /// The nearest challenger's comparison.
  public let nearestComparison: SessionNumber?
  /// What would change the answer, or what to do next.
  public let next: String

  /// - Parameter challenges: The comparisons in which others challenged the holder, newest first.
  init(of role: Role, heldBy holder: ModelID, _ challenges: [Report.Comparison]) {
    var seen: Set<[String]> = []
    // One challenger may have been measured several times: its last verdict is what stands.
    let latest = challenges.filter { seen.insert([$0.model(.candidate).rawValue, $0.envelope]).inserted }
    let won = latest.filter { $0.outcome == .promote }
    let taken = won.first { $0.verdict.stage == .final }
    let nearest = latest.max { $0.nearness < $1.nearness }
    if let taken {
      answer = "Take \(taken.model(.candidate)): it won over \(holder)."
    } else {
      answer = won.isEmpty ? "Keep \(holder)." : "Keep \(holder) for now."
    }
    let tried = latest.count == 1 ? "1 challenger" : "\(latest.count) challengers"
    let result =
      switch won.count {
      case 0: latest.count == 1 ? "which did not win" : "none won"
      case latest.count where latest.count == 1: "which won"
      default: "\(won.count) won"
      }
    self.challenges = latest.isEmpty ? "Nobody challenged it yet." : "\(tried), \(result)."
    self.nearest = nearest.map { "Nearest: \($0.model(.candidate)), \($0.inShort)." }
    nearestComparison = nearest?.number
    next = Self.next(latest, taken: taken, role)
  }

  private static func next(_ latest: [Report.Comparison], taken: Report.Comparison?, _ role: Role) -> String {
    if let taken { return "Next: `resident promote --comparison \(taken.number) --role \(role)` makes the change." }
    guard
      let open = latest.filter({ $0.outcome != .reject && !$0.lacks.isEmpty }).max(by: { $0.nearness < $1.nearness })
    else { return "Next: nothing is open; `resident compare CANDIDATE --role \(role)` tries another." }
    return "Next due for \(open.model(.candidate)): \(open.lacks[0])."
  }
}

extension Report.Comparison {
  /// How near the candidate came to the role, for comparing with others.
  fileprivate var nearness: [Double] {
    let outcomes: [Verdict.Outcome] = [.reject, .hold, .inconclusive, .promote]
    let broken = rules.count { $0.row.state == .broken }
    let best = rules.filter { $0.kind == .objective }.compactMap(\.row.bar?.estimate).max() ?? -1
    return [Double(outcomes.firstIndex(of: outcome) ?? 0), Double(-broken), best]
  }

  /// The first objective and whatever stands against it: `throughput, short-prompt +29.7 %; open: accuracy, cloze`.
  var inShort: String {
    let objective = rules.first { $0.kind == .objective }.map {
      "\($0.row.title) \($0.row.effect) (\($0.row.state.rawValue))"
    }
    let against = [RuleState.broken, .open, .tooNoisy, .noBoundYet, .noData].compactMap { state -> String? in
      let rows = rules.filter { $0.kind == .guardrail && $0.row.state == state }.map(\.row)
      guard !rows.isEmpty else { return nil }
      let named = rows.prefix(2).map { $0.effect == "-" ? $0.title : "\($0.title) \($0.effect)" }
      let more = rows.count > 2 ? ", \(rows.count - 2) more" : ""
      return "\(state.rawValue): \(named.joined(separator: " and "))\(more)"
    }
    return ([objective].compactMap(\.self) + against.prefix(2)).joined(separator: "; ")
  }
}

extension [Double] {
  fileprivate static func < (left: [Double], right: [Double]) -> Bool { left.lexicographicallyPrecedes(right) }
}
