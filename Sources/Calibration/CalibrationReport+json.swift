import JSON

extension CalibrationReport {
  /// The report for programs. Shares and deviations are fractions of 1; a gain is how many times faster, minus 1. By rounds,
  /// a block is a round.
  public var json: JSONValue {
    [
      "envelope": [
        "id": .string(envelope.id), "version": .integer(envelope.version), "sha256": .string(envelope.hash.rawValue),
      ],
      "plan": [
        "unit": .string(envelope.schema == .rounds ? "round" : "block"), "blocks": .integer(envelope.plan.blocks),
        "minimum_blocks": .integer(envelope.plan.minimumBlocks),
        "confidence": .number(envelope.promotion.confidence),
      ],
      "seed": .string(String(seed)),
      "noise": noise,
      "false_promotion_rate": .number(falsePromotionRate),
      "goals_met": .bool(isMet),
      "noise_models": .array(rows.map(\.json)),
      "harmful_candidates": .array(harms.map(\.json)),
    ]
  }

  /// The levels by rounds that samples say.
  private static let fittedLevels = ["slice", "load", "drift", "drift_correlation", "stall_share"]

  private var noise: JSONValue {
    var members: [(String, JSONValue)] = [
      ("source", .string(fittedSamples > 0 ? "samples" : "assumed")), ("fitted_samples", .integer(fittedSamples)),
      ("drift", .number(levels.drift)), ("drift_correlation", .number(levels.driftCorrelation)),
      ("ramp", .number(levels.ramp)), ("burst_rate", .number(levels.burstRate)),
      ("burst_slowdown", .number(levels.burstSlowdown)),
    ]
    switch envelope.schema {
    case .blocks: members.append(("repetition", .number(levels.repetition)))
    case .rounds:
      members += [
        ("slice", .number(levels.slice)), ("load", .number(levels.load)), ("stall_share", .number(levels.stallShare)),
        ("own_drift", .number(levels.ownDrift)), ("own_drift_correlation", .number(levels.ownDriftCorrelation)),
        ("order", .number(levels.order)),
        ("fitted", JSONValue(fittedSamples > 0 ? Self.fittedLevels : [])),
      ]
    }
    return .object(JSONObject(members))
  }
}

extension CalibrationReport.Row {
  fileprivate var json: JSONValue {
    [
      "name": .string(model.rawValue), "comparisons": .integer(comparisons),
      "false_promotion_rate": .number(falsePromotionRate),
      "false_promotion_upper_limit": .number(falsePromotionLimit),
      "null_median_blocks": .integer(nullMedianBlocks), "block_deviation": JSONValue(blockDeviation),
      "fixed_sample_blocks": fixedSampleBlocks.map { .integer($0) } ?? .null,
      "is_quick": isQuick.map { .bool($0) } ?? .null,
      "detection_rates": .array(
        detections.map {
          [
            "gain": .number($0.gain), "detection_rate": .number($0.rate), "comparisons": .integer($0.comparisons),
            "median_blocks": .integer($0.medianBlocks), "goal": JSONValue($0.goal),
            "goal_met": .bool($0.isMet), "blocks_needed": $0.blocksNeeded.map { .integer($0) } ?? .null,
          ]
        }),
    ]
  }
}

extension CalibrationReport.Harm {
  fileprivate var json: JSONValue {
    [
      "name": .string(candidate.rawValue), "noise": .string(model.rawValue), "comparisons": .integer(comparisons),
      "promotion_rate": .number(promotionRate), "promotion_upper_limit": .number(promotionLimit),
      "median_blocks": .integer(medianBlocks), "goal": .number(CalibrationGoals.harmfulPromotions),
      "goal_met": .bool(isMet),
    ]
  }
}
