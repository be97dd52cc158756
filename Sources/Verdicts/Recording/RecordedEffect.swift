import JSON
import Statistics

/// An effect as a recorded verdict has it.
public struct RecordedEffect: Sendable, Equatable {
  public let kind: Effect.Kind
  /// A ratio, a share, or a difference of shares, of nats per token or of correlations; nil if it was not finite.
  public let value: Double?
  /// Whether the document has an interval; a bound that was read once has none.
  public let hasInterval: Bool
  /// Nil for an end that the data do not bound.
  public let lower: Double?
  public let upper: Double?
  /// What each side measured, where the document has it: a share, nats per token, bytes, or a round.
  public let resident: Double?
  public let candidate: Double?
  /// The blocks, rounds, items or tokens that it rests on; nil for a bound that was read once.
  public let count: Int?

  init(_ members: DocumentMembers) throws(RecordedVerdict.Problem) {
    kind = try members.choice("kind")
    value = members.json[kind.valueMember]?.number
    let interval = members.json["interval"]
    hasInterval = interval != nil
    lower = interval?["lower"]?.number
    upper = interval?["upper"]?.number
    resident = kind.sideMember.flatMap { members.json["resident_\($0)"]?.number }
    candidate = kind.sideMember.flatMap { members.json["candidate_\($0)"]?.number }
    count = kind.countMember.flatMap { members.json[$0]?.integer }
  }

  /// - Parameter interval: Nil for a bound that was read once.
  init(
    _ kind: Effect.Kind, _ value: Double, _ interval: ConfidenceInterval?, resident: Double? = nil,
    candidate: Double? = nil, count: Int? = nil
  ) {
    self.kind = kind
    self.value = value.isFinite ? value : nil
    hasInterval = interval != nil
    lower = interval.flatMap { $0.lower.isFinite ? $0.lower : nil }
    upper = interval.flatMap { $0.upper.isFinite ? $0.upper : nil }
    self.resident = resident
    self.candidate = candidate
    self.count = count
  }
}

extension Effect {
  /// The figures that its document keeps.
  var recorded: RecordedEffect {
    switch self {
    case .ratio(let effect): RecordedEffect(.betterRatio, effect.ratio, effect.interval, count: effect.blocks)
    case .accuracy(let effect):
      RecordedEffect(
        .shareDifference, effect.difference, effect.interval, resident: effect.residentAccuracy,
        candidate: effect.candidateAccuracy, count: effect.items)
    case .flips(let flips): RecordedEffect(.flippedShare, flips.share, flips.interval, count: flips.items)
    case .text(let effect):
      RecordedEffect(
        .natsDifference, effect.difference, effect.interval, resident: effect.residentMean,
        candidate: effect.candidateMean, count: effect.tokens)
    case .score(let effect):
      RecordedEffect(
        .shareDifference, effect.difference, effect.interval, resident: effect.residentMean,
        candidate: effect.candidateMean, count: effect.items)
    case .correlation(let effect):
      RecordedEffect(
        .correlationDifference, effect.difference, effect.interval, resident: effect.residentRho,
        candidate: effect.candidateRho, count: effect.items)
    case .peakMemory(let memory):
      RecordedEffect(
        .candidateToResidentRatio, memory.ratio, nil, resident: Double(memory.residentBytes),
        candidate: Double(memory.candidateBytes))
    case .limit(let effect):
      RecordedEffect(
        .limitedFigure, effect.value, effect.interval, resident: effect.residentValue, candidate: effect.value,
        count: effect.requests)
    case .degradedRounds(let rounds):
      RecordedEffect(
        .firstDegradedRound, rounds.ratio, rounds.interval, resident: rounds.resident.map(Double.init),
        candidate: rounds.candidate.map(Double.init))
    }
  }
}

extension Effect.Kind {
  /// What follows `resident_` and `candidate_` in the names of the members with both sides' values; nil if there are none.
  fileprivate var sideMember: String? {
    switch self {
    case .shareDifference: "share"
    case .natsDifference: "mean"
    case .correlationDifference: "rho"
    case .candidateToResidentRatio: "bytes"
    case .firstDegradedRound: "round"
    case .limitedFigure: "value"
    case .betterRatio, .flippedShare: nil
    }
  }

  /// The member that holds how many pairs it rests on; nil for a bound that was read once.
  fileprivate var countMember: String? {
    switch self {
    case .betterRatio: "blocks"
    case .shareDifference, .flippedShare, .correlationDifference: "items"
    case .natsDifference: "tokens"
    case .limitedFigure: "requests"
    case .candidateToResidentRatio, .firstDegradedRound: nil
    }
  }
}
