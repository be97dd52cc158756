import Envelopes
import Foundation
import Measurements
import ModelRegistry
import Store
import Verdicts

/// Holds a comparison that won against what the registry's owner asks for.
struct PolicyCheck {
  /// Nil where there is no policy: then the envelope has to reach ``EnvelopeFloor``.
  let policy: RegistryPolicy?
  /// The policy's path, for messages.
  let path: String
  let envelope: Envelope
  let inputs: VerdictInputs
  let verdict: Verdict
  /// The licence that a model's card names; nil if it names none.
  let license: (ModelID) throws -> String?

  /// - Throws: `PromotionError.envelopeTooWeak`, `.envelopeNotAllowed`, `.policyForbids`, and what reading a card throws.
  func verify(_ roles: [Role]) throws {
    if policy?.pinsEnvelopes != true, let role = roles.first, let problem = EnvelopeFloor.problem(with: envelope) {
      throw PromotionError.envelopeTooWeak(role, envelope.hash, problem)
    }
    guard let policy else { return }
    let host = verdict.subject.host.fingerprint
    if !policy.hosts.isEmpty, !policy.hosts.contains(host) {
      throw PromotionError.policyForbids(
        nil, "the comparison was measured on the host \(host.prefix(12)), which is not listed", policy: path)
    }
    for role in roles {
      if policy.pinsEnvelopes, !policy.envelopes(for: role).contains(envelope.hash) {
        throw PromotionError.envelopeNotAllowed(role, envelope.hash, policy: path)
      }
      if let problem = try problem(policy.conditions(for: role)) {
        throw PromotionError.policyForbids(role, problem, policy: path)
      }
    }
  }

  /// Whether every role's maturity is reached.
  func isMature(_ roles: [Role]) -> Bool {
    roles.allSatisfy { role in
      guard let asked = policy?.conditions(for: role).maturity else { return true }
      var rule = envelope.promotion
      rule.maturity.comparisons = max(rule.maturity.comparisons, asked.comparisons)
      rule.maturity.daysBetween = max(rule.maturity.daysBetween, asked.daysBetween)
      let maturity = VerdictMaturity(
        of: inputs.evidence.session, outcome: verdict.outcome, decided: inputs.decided, rule)
      return maturity.stage == .final
    }
  }

  /// Whether a role asks for maturity, so that nobody can do without it.
  func asksForMaturity(_ roles: [Role]) -> Bool {
    roles.contains { policy?.conditions(for: $0).maturity != nil }
  }

  private func problem(_ conditions: RoleConditions) throws -> String? {
    let candidate = verdict.subject.candidate
    if let least = conditions.proof {
      for contender in [candidate, verdict.subject.resident] where contender.proof ?? .unverified < least {
        let proof = contender.proof?.rawValue ?? ProofLevel.unverified.rawValue
        return "the weights of \(contender.model) are proven by \(proof), which is less than \(least.rawValue)"
      }
    }
    if let names = conditions.names, !names.contains(where: { fnmatch($0, candidate.model.rawValue, 0) == 0 }) {
      return "\(candidate.model) matches none of the names \(names.joined(separator: ", "))"
    }
    if let licenses = conditions.licenses {
      let found = try license(candidate.model)
      guard let found, licenses.contains(found.lowercased()) else {
        let card = found.map { "has the licence \($0)" } ?? "names no licence in its model card (README.md)"
        return "\(candidate.model) \(card); allowed are \(licenses.joined(separator: ", "))"
      }
    }
    if let budget = conditions.memoryBudgetBytes, candidate.peakMemoryBytes > budget {
      return "\(candidate.model) took up to \(Self.megabytes(candidate.peakMemoryBytes)), and the budget is "
        + Self.megabytes(budget)
    }
    return conditions.tier == .interactive ? slowCell(conditions) : nil
  }

  /// The first cell of one request at a time in which somebody would wait too long.
  private func slowCell(_ conditions: RoleConditions) -> String? {
    var seen = Set<Metric>()
    for facts in verdict.facts where facts.side == .candidate && facts.regime?.concurrency == 1 {
      for figure in facts.figures {
        seen.insert(figure.metric)
        switch figure.metric {
        case .decodeTokensPerSecond where figure.value < conditions.rateLimit:
          return String(
            format: "in cell %@ the candidate decodes %.3g tokens/s, and an interactive role needs %.3g",
            facts.cell.rawValue, figure.value, conditions.rateLimit)
        case .firstTokenLatency where figure.value > 1000 * conditions.firstTokenLimit:
          return String(
            format: "in cell %@ the first token takes %.3g s, and an interactive role may take %.3g s",
            facts.cell.rawValue, figure.value / 1000, conditions.firstTokenLimit)
        default: continue
        }
      }
    }
    guard seen.isSuperset(of: [.decodeTokensPerSecond, .firstTokenLatency]) else {
      return "an interactive role needs a cell of one request at a time, with its decode rate and time to first token"
    }
    return nil
  }

  private static func megabytes(_ bytes: Int64) -> String { String(format: "%.1f MB", Double(bytes) / 1e6) }
}

/// What an envelope needs at least to decide a role that no policy pins envelopes to.
enum EnvelopeFloor {
  private static let schema = EnvelopeSchema.rounds
  private static let confidence = 0.95

  /// What it lacks; nil if it may decide.
  ///
  /// By rounds every metric that is measured is guarded, or says why not; but no answers are asked of an envelope that only
  /// times, and a reason may be given for everything.
  static func problem(with envelope: Envelope) -> String? {
    let rule = envelope.promotion
    guard envelope.schema == schema else {
      return
        "it has schema \(envelope.schema.rawValue), and schema \(schema.rawValue), which guards all that is measured, is needed"
    }
    guard rule.confidence >= confidence else {
      return "it has the confidence \(rule.confidence), and at least \(confidence) is needed"
    }
    let metrics = rule.objectives.map(\.metric) + rule.guardrails.map(\.metric)
    guard metrics.contains(where: \.isOfAnswers) else {
      return "no rule of it is about what the models answer, so that a model which answers nothing right could win"
    }
    guard envelope.throughput.isEmpty || metrics.contains(.totalTime) else {
      return "it has no guardrail on \(Metric.totalTime), so that a model which stalls could win"
    }
    return nil
  }
}

extension Metric {
  /// Whether it says how good answers are, or whether there are any, and not how fast they come.
  fileprivate var isOfAnswers: Bool {
    switch comparison {
    case .ratio, .limit, .recorded: false
    default: true
    }
  }
}
