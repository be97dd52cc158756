import JSON
import Statistics

extension Effect {
  /// What the figures of an effect's document are of.
  public enum Kind: String, Sendable, CaseIterable {
    case betterRatio = "better_ratio"
    case shareDifference = "share_difference"
    case flippedShare = "flipped_share"
    case natsDifference = "nats_difference"
    case correlationDifference = "correlation_difference"
    case candidateToResidentRatio = "candidate_to_resident_ratio"
    case firstDegradedRound = "first_degraded_round"
    case limitedFigure = "limited_figure"

    /// The member that holds the effect itself.
    var valueMember: String {
      switch self {
      case .betterRatio, .candidateToResidentRatio, .firstDegradedRound: "ratio"
      case .shareDifference, .natsDifference, .correlationDifference: "difference"
      case .flippedShare: "share"
      case .limitedFigure: "value"
      }
    }
  }

  /// The figures with `kind`, which says what they are figures of.
  var json: JSONValue {
    switch self {
    case .ratio(let effect): effect.json
    case .accuracy(let effect):
      [
        "kind": .kind(.shareDifference), "difference": .init(effect.difference), "interval": effect.interval.ends,
        "mcnemar_p": .init(effect.mcnemarPValue), "resident_share": .init(effect.residentAccuracy),
        "candidate_share": .init(effect.candidateAccuracy), "items": .integer(effect.items),
        "flips": effect.flips.json,
      ]
    case .flips(let flips): flips.json
    case .degradedRounds(let rounds):
      [
        "kind": .kind(.firstDegradedRound), "resident_round": rounds.resident.map { .integer($0) } ?? .null,
        "candidate_round": rounds.candidate.map { .integer($0) } ?? .null, "rounds": .integer(rounds.rounds),
        "ratio": .init(rounds.ratio), "interval": rounds.interval.ends,
        "resident_mean_interval": rounds.residentInterval.ends,
        "candidate_mean_interval": rounds.candidateInterval.ends,
      ]
    case .text(let effect):
      [
        "kind": .kind(.natsDifference), "difference": .init(effect.difference), "interval": effect.interval.ends,
        "resident_mean": .init(effect.residentMean), "candidate_mean": .init(effect.candidateMean),
        "tokens": .integer(effect.tokens),
      ]
    case .score(let effect):
      [
        "kind": .kind(.shareDifference), "difference": .init(effect.difference), "interval": effect.interval.ends,
        "resident_share": .init(effect.residentMean), "candidate_share": .init(effect.candidateMean),
        "items": .integer(effect.items), "better_items": .integer(effect.better), "worse_items": .integer(effect.worse),
      ]
    case .correlation(let effect):
      [
        "kind": .kind(.correlationDifference), "difference": .init(effect.difference),
        "interval": effect.interval.ends, "resident_rho": .init(effect.residentRho),
        "candidate_rho": .init(effect.candidateRho), "items": .integer(effect.items),
      ]
    case .limit(let effect):
      [
        "kind": .kind(.limitedFigure), "value": .init(effect.value), "unit": .string(effect.metric.unit),
        "interval": effect.interval.ends, "resident_value": effect.residentValue.map { .init($0) } ?? .null,
        "candidate_value": .init(effect.value), "requests": .integer(effect.requests),
      ]
    case .peakMemory(let memory):
      [
        "kind": .kind(.candidateToResidentRatio), "ratio": .init(memory.ratio),
        "resident_bytes": .integer(Int(memory.residentBytes)), "candidate_bytes": .integer(Int(memory.candidateBytes)),
      ]
    }
  }
}

extension RatioEffect {
  /// With `mean` where it is not the geometric one.
  fileprivate var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("kind", .kind(.betterRatio)), ("ratio", .init(ratio)), ("interval", interval.ends),
      ("fixed_sample_interval", fixedSampleInterval.ends), ("blocks", .integer(blocks)),
    ]
    if mean != .geometric { members.append(("mean", .string(mean.rawValue))) }
    return .object(JSONObject(members))
  }
}

extension FlipShare {
  fileprivate var json: JSONValue {
    [
      "kind": .kind(.flippedShare), "share": .init(share), "interval": interval.ends, "flipped": .integer(flipped),
      "right_to_wrong": .integer(rightToWrong), "wrong_to_right": .integer(wrongToRight),
      "wrong_to_other_wrong": .integer(wrongToOtherWrong), "items": .integer(items),
    ]
  }
}

extension ConfidenceInterval {
  /// An end that the data do not bound is null.
  var ends: JSONValue { ["lower": .init(lower), "upper": .init(upper)] }
}

extension JSONValue {
  fileprivate static func kind(_ kind: Effect.Kind) -> JSONValue { .string(kind.rawValue) }
}
