import JSON
import Statistics

extension Effect {
  /// The figures with `kind`, which says what they are figures of.
  var json: JSONValue {
    switch self {
    case .ratio(let effect):
      [
        "kind": "better_ratio", "ratio": .init(effect.ratio), "interval": effect.interval.ends,
        "fixed_sample_interval": effect.fixedSampleInterval.ends, "blocks": .integer(effect.blocks),
      ]
    case .accuracy(let effect):
      [
        "kind": "share_difference", "difference": .init(effect.difference), "interval": effect.interval.ends,
        "mcnemar_p": .init(effect.mcnemarPValue), "resident_share": .init(effect.residentAccuracy),
        "candidate_share": .init(effect.candidateAccuracy), "items": .integer(effect.items),
        "flips": effect.flips.json,
      ]
    case .flips(let flips): flips.json
    case .degradedRounds(let rounds):
      [
        "kind": "first_degraded_round", "resident_round": rounds.resident.map { .integer($0) } ?? .null,
        "candidate_round": rounds.candidate.map { .integer($0) } ?? .null, "rounds": .integer(rounds.rounds),
        "ratio": .init(rounds.ratio), "interval": rounds.interval.ends,
        "resident_mean_interval": rounds.residentInterval.ends,
        "candidate_mean_interval": rounds.candidateInterval.ends,
      ]
    case .text(let effect):
      [
        "kind": "nats_difference", "difference": .init(effect.difference), "interval": effect.interval.ends,
        "resident_mean": .init(effect.residentMean), "candidate_mean": .init(effect.candidateMean),
        "tokens": .integer(effect.tokens),
      ]
    case .peakMemory(let memory):
      [
        "kind": "candidate_to_resident_ratio", "ratio": .init(memory.ratio),
        "resident_bytes": .integer(Int(memory.residentBytes)), "candidate_bytes": .integer(Int(memory.candidateBytes)),
      ]
    }
  }
}

extension FlipShare {
  fileprivate var json: JSONValue {
    [
      "kind": "flipped_share", "share": .init(share), "interval": interval.ends, "flipped": .integer(flipped),
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
  /// Null where absent or not finite.
  init(_ number: Double?) { self = number.flatMap { $0.isFinite ? .number($0) : nil } ?? .null }

  /// Null where absent.
  init(_ text: String?) { self = text.map { .string($0) } ?? .null }
}
