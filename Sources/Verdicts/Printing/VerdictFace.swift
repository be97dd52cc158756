import Measurements

/// A verdict as every output for people begins: the answer, the evidence for it, what would change it, what was measured
/// how.
public struct VerdictFace: Sendable, Equatable {
  /// The rules of one kind.
  public struct Part: Sendable, Equatable {
    /// Whether they are objectives rather than guardrails.
    public let areObjectives: Bool
    public let title: String
    public let rows: [EvidenceRow]

    /// - Parameter needsOne: Whether one of several objectives is enough.
    public init(areObjectives: Bool, needsOne: Bool, _ rows: [EvidenceRow]) {
      self.areObjectives = areObjectives
      title = !areObjectives ? "ALL MUST HOLD" : needsOne ? "ONE MUST BE SHOWN" : "MUST BE SHOWN"
      self.rows = rows
    }
  }

  /// A list with what it is a list of.
  public struct Remedies: Sendable, Equatable {
    public let title: String
    public let sentences: [String]

    public init(title: String, sentences: [String]) {
      self.title = title
      self.sentences = sentences
    }
  }

  /// What follows, in one line; its first word is the decision.
  public let answer: String
  /// Why, each in a sentence.
  public let reasons: [String]
  /// Objectives, then guardrails; none without rows.
  public let parts: [Part]
  /// What the intervals of the parts are.
  public let sureness: String
  /// Nil if nothing is missing for a final decision.
  public let remedies: Remedies?
  /// Which weights were measured how, where and under which contract.
  public let finePrint: [String]
}

extension Verdict {
  /// Its words and figures, for any output.
  public var face: VerdictFace {
    let facts = facts.map(RecordedFacts.init)
    let parts = [
      VerdictFace.Part(
        areObjectives: true, needsOne: schema != .rounds, objectives.map { EvidenceRow(RecordedRule($0), facts) }),
      VerdictFace.Part(
        areObjectives: false, needsOne: false, guardrails.map { EvidenceRow(RecordedRule($0), facts) }),
    ]
    let levels = [1 - challenge.level, 1 - guardrailLevel.alpha].map(Figures.confidence)
    let remedies = remedies
    return VerdictFace(
      answer: answer, reasons: reasons, parts: parts.filter { !$0.rows.isEmpty },
      sureness: "\(levels[0]) sure for what must be shown, \(levels[1]) for what must hold",
      remedies: remedies.isEmpty
        ? nil
        : VerdictFace.Remedies(
          title: outcome == .inconclusive ? "WHAT WOULD DECIDE IT" : "WHAT WOULD MAKE IT FINAL", sentences: remedies),
      finePrint: finePrint)
  }
}
