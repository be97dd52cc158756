import Foundation

extension CalibrationReport {
  /// The report for people, at most 100 columns wide, ending in a newline.
  public var text: String {
    let plan = envelope.plan
    var lines = [
      "\(envelope.id) version \(envelope.version): \(plan.minimumBlocks) to \(plan.blocks) \(unit), "
        + "\(Self.percent(envelope.promotion.confidence)) confidence, looked at after every round"
    ]
    lines += levelLines
    lines += [
      "", Self.left("", 33) + "found at a gain of" + Self.right("median \(unit)", 36), header,
    ]
    lines += rows.map(line)
    lines += harmLines
    let missed = rows.flatMap(misses) + harms.filter { !$0.isMet }.map(miss)
    lines += [""] + (missed.isEmpty ? ["every goal is met"] : missed)
    return lines.joined(separator: "\n") + "\n"
  }

  private var isByRounds: Bool { envelope.schema == .rounds }
  private var unit: String { isByRounds ? "rounds" : "blocks per cell" }

  /// The levels, and which of them samples have said.
  private var levelLines: [String] {
    let isFitted = fittedSamples > 0
    let drift = "drift \(Self.percent(levels.drift))"
    let bursts = "bursts in \(Self.percent(levels.burstRate)) of \(Self.percent(levels.burstSlowdown))"
    guard isByRounds else {
      let source = isFitted ? "fitted to \(fittedSamples) stored repetitions of this host" : "assumed, no samples yet"
      return [
        "noise, \(source):",
        "  repetition \(Self.percent(levels.repetition)), \(drift), ramp \(Self.percent(levels.ramp)), \(bursts)",
      ]
    }
    let source = isFitted ? "fitted to \(fittedSamples) stored requests in slices" : "assumed, no samples yet"
    return [
      "noise, \(source):",
      "  slice \(Self.percent(levels.slice)), load \(Self.percent(levels.load)), \(drift) with correlation "
        + "\(String(format: "%.2f", levels.driftCorrelation)), stalls in \(Self.percent(levels.stallShare))",
      "noise that is assumed in any case:",
      "  a worker's own drift \(Self.percent(levels.ownDrift)) with correlation "
        + "\(String(format: "%.2f", levels.ownDriftCorrelation)), second of a pair \(Self.percent(levels.order)),",
      "  ramp \(Self.percent(levels.ramp)), \(bursts)",
    ]
  }

  private var header: String {
    var columns = [Self.left("noise", 12), Self.right("false promotions", 20)]
    columns += CalibrationGoals.gains.map { Self.right(Self.percent($0, "%.0f"), 8) }
    columns += [Self.right("at 0 %", 8), Self.right("10 %", 7)]
    if !isByRounds { columns.append(Self.right("fixed plan", 12)) }
    return columns.joined()
  }

  private func line(_ row: Row) -> String {
    let quick = row.detections.last?.medianBlocks ?? 0
    var columns = [
      Self.left(row.model.rawValue, 12), Self.right(Self.bounded(row.falsePromotionRate, row.falsePromotionLimit), 20),
    ]
    columns += row.detections.map { Self.right(Self.percent($0.rate, "%.1f"), 8) }
    columns += [Self.right("\(row.nullMedianBlocks)", 8), Self.right("\(quick)", 7)]
    if !isByRounds { columns.append(Self.right(row.fixedSampleBlocks.map { "\($0)" } ?? "-", 12)) }
    return columns.joined()
  }

  private var harmLines: [String] {
    guard !harms.isEmpty else { return [] }
    return ["", "candidates that must not be promoted", Self.left("candidate", 18) + "noise         promoted"]
      + harms.map {
        Self.left($0.candidate.rawValue, 18) + Self.left($0.model.rawValue, 8)
          + Self.right(Self.bounded($0.promotionRate, $0.promotionLimit), 20)
      }
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
      let largest = Calibrator.largestPlan(by: envelope.schema) * envelope.plan.blocks
      let needed =
        detection.blocksNeeded.map { "needed would be about \($0) \(unit)" } ?? "not met with \(largest) \(unit) either"
      lines.append(
        "\(row.model.rawValue): a gain of \(Self.percent(detection.gain, "%.0f")) is found in "
          + "\(Self.percent(detection.rate, "%.1f")), the goal is \(Self.percent(goal, "%.0f")); \(needed)")
    }
    if row.isQuick == false {
      lines.append("\(row.model.rawValue): a gain of 10 % takes more than half of the fixed-sample plan's blocks")
    }
    return lines
  }

  private func miss(_ harm: Harm) -> String {
    "\(harm.candidate.rawValue) under \(harm.model.rawValue): promoted in \(Self.percent(harm.promotionRate)), the goal is "
      + "at most \(Self.percent(CalibrationGoals.harmfulPromotions))"
  }

  private static func bounded(_ rate: Double, _ limit: Double) -> String { "\(percent(rate)) (<= \(percent(limit)))" }

  private static func percent(_ share: Double, _ format: String = "%.2f") -> String {
    String(format: format, share * 100) + " %"
  }

  private static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.count, 0))
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(width - text.count, 1)) + text
  }
}
