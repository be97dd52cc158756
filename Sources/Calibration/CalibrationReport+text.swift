import Foundation

extension CalibrationReport {
  /// The report for people, ending in a newline.
  public var text: String {
    let plan = envelope.plan
    var lines = [
      "\(envelope.id) version \(envelope.version): \(plan.minimumBlocks) to \(plan.blocks) blocks per cell, "
        + "\(Self.percent(envelope.promotion.confidence)) confidence, looked at after every round",
      levelsText, "",
      "noise        false promotions   found at a gain of"
        + CalibrationGoals.gains.map { Self.right(Self.percent($0, "%.0f"), 8) }.joined()
        + "   blocks at 0, 10 %   fixed-sample plan",
    ]
    lines += rows.map(line)
    let missed = rows.flatMap(misses)
    lines += [""] + (missed.isEmpty ? ["every goal is met"] : missed)
    return lines.joined(separator: "\n") + "\n"
  }

  private var levelsText: String {
    let source =
      fittedRepetitions > 0
      ? "fitted to \(fittedRepetitions) stored repetitions of this host" : "assumed, no samples yet"
    return "noise, \(source): repetition \(Self.percent(levels.repetition)), drift \(Self.percent(levels.drift)), "
      + "ramp \(Self.percent(levels.ramp)), bursts in \(Self.percent(levels.burstRate)) of repetitions of "
      + "\(Self.percent(levels.burstSlowdown))"
  }

  private func line(_ row: Row) -> String {
    let quick = row.detections.last?.medianBlocks ?? 0
    return row.model.rawValue.padding(toLength: 13, withPad: " ", startingAt: 0)
      + Self.right("\(Self.percent(row.falsePromotionRate)) (<= \(Self.percent(row.falsePromotionLimit)))", 16)
      + String(repeating: " ", count: 21) + row.detections.map { Self.right(Self.percent($0.rate, "%.1f"), 8) }.joined()
      + Self.right("\(row.nullMedianBlocks), \(quick)", 19)
      + Self.right(row.fixedSampleBlocks.map { "\($0) blocks" } ?? "-", 20)
  }

  private func misses(_ row: Row) -> [String] {
    var lines: [String] = []
    if row.falsePromotionRate > CalibrationGoals.falsePromotions {
      lines.append(
        "\(row.model.rawValue): false promotions \(Self.percent(row.falsePromotionRate)), the goal is at most "
          + Self.percent(CalibrationGoals.falsePromotions))
    }
    for detection in row.detections {
      guard let goal = detection.goal, !detection.isMet else { continue }
      let needed =
        detection.blocksNeeded.map { "needed would be about \($0) blocks per cell" }
        ?? "not met with \(16 * envelope.plan.blocks) blocks per cell either"
      lines.append(
        "\(row.model.rawValue): a gain of \(Self.percent(detection.gain, "%.0f")) is found in "
          + "\(Self.percent(detection.rate, "%.1f")), the goal is \(Self.percent(goal, "%.0f")); \(needed)")
    }
    if !row.isQuick {
      lines.append("\(row.model.rawValue): a gain of 10 % takes more than half of the fixed-sample plan's blocks")
    }
    return lines
  }

  private static func percent(_ share: Double, _ format: String = "%.2f") -> String {
    String(format: format, share * 100) + " %"
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(width - text.count, 1)) + text
  }
}
