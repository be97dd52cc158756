import JSON

extension CalibrationReport {
  /// The report for programs. Shares and deviations are fractions of 1; a gain is how many times faster, minus 1.
  public var json: JSONValue {
    [
      "envelope": [
        "id": .string(envelope.id), "version": .integer(envelope.version), "sha256": .string(envelope.hash.rawValue),
      ],
      "plan": [
        "blocks": .integer(envelope.plan.blocks), "minimum_blocks": .integer(envelope.plan.minimumBlocks),
        "confidence": .number(envelope.promotion.confidence),
      ],
      "seed": .string(String(seed)),
      "noise": levels.json(fittedRepetitions),
      "false_promotion_rate": .number(falsePromotionRate),
      "goals_met": .bool(isMet),
      "noise_models": .array(rows.map(\.json)),
    ]
  }
}

extension NoiseLevels {
  fileprivate func json(_ fittedRepetitions: Int) -> JSONValue {
    [
      "source": .string(fittedRepetitions > 0 ? "samples" : "assumed"),
      "fitted_repetitions": .integer(fittedRepetitions), "repetition": .number(repetition), "drift": .number(drift),
      "drift_correlation": .number(driftCorrelation), "ramp": .number(ramp), "burst_rate": .number(burstRate),
      "burst_slowdown": .number(burstSlowdown),
    ]
  }
}

extension CalibrationReport.Row {
  fileprivate var json: JSONValue {
    [
      "name": .string(model.rawValue), "comparisons": .integer(comparisons),
      "false_promotion_rate": .number(falsePromotionRate),
      "false_promotion_upper_limit": .number(falsePromotionLimit),
      "null_median_blocks": .integer(nullMedianBlocks), "block_deviation": .number(blockDeviation),
      "fixed_sample_blocks": fixedSampleBlocks.map { .integer($0) } ?? .null, "is_quick": .bool(isQuick),
      "detection_rates": .array(
        detections.map {
          [
            "gain": .number($0.gain), "detection_rate": .number($0.rate), "comparisons": .integer($0.comparisons),
            "median_blocks": .integer($0.medianBlocks), "goal": $0.goal.map { .number($0) } ?? .null,
            "goal_met": .bool($0.isMet), "blocks_needed": $0.blocksNeeded.map { .integer($0) } ?? .null,
          ]
        }),
    ]
  }
}
