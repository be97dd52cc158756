import Envelopes

/// What an envelope's plan does under each noise model.
public struct CalibrationReport: Sendable {
  /// The outcomes of comparisons with one planted gain.
  public struct Detection: Sendable {
    /// How many times faster the candidate is, minus 1.
    public let gain: Double
    /// The share of comparisons that promoted.
    public let rate: Double
    public let comparisons: Int
    /// The blocks per cell by which half of them had ended.
    public let medianBlocks: Int
    /// The share that must promote; nil if there is no goal.
    public let goal: Double?
    /// Blocks per cell with which the goal would be met; nil if it is met, or not within sixteen times the plan.
    public let blocksNeeded: Int?

    public var isMet: Bool { goal.map { rate >= $0 } ?? true }
  }

  /// What the plan does under one noise model.
  public struct Row: Sendable {
    public let model: NoiseModel
    /// The share of comparisons of a model with itself that promoted, looking after every round.
    public let falsePromotionRate: Double
    /// Its exact upper limit at 95 % confidence.
    public let falsePromotionLimit: Double
    public let comparisons: Int
    /// The median number of blocks until a comparison of a model with itself ended.
    public let nullMedianBlocks: Int
    /// The standard deviation of a block's log-ratio.
    public let blockDeviation: Double
    public let detections: [Detection]
    /// Blocks of a fixed-sample t test that finds the reference gain as often; nil if there is none.
    public let fixedSampleBlocks: Int?

    /// Whether half of the comparisons with the quick gain end within half of the fixed-sample plan.
    public var isQuick: Bool {
      guard let fixedSampleBlocks, let quick = detections.first(where: { $0.gain == CalibrationGoals.quickGain })
      else { return false }
      return 2 * quick.medianBlocks <= fixedSampleBlocks
    }

    public var isMet: Bool {
      falsePromotionRate <= CalibrationGoals.falsePromotions && detections.allSatisfy(\.isMet) && isQuick
    }
  }

  public let envelope: Envelope
  public let levels: NoiseLevels
  /// The stored repetitions that the levels were fitted to; 0 if they are assumed.
  public let fittedRepetitions: Int
  public let seed: UInt64
  public let rows: [Row]

  /// The worst over the noise models.
  public var falsePromotionRate: Double { rows.map(\.falsePromotionRate).max() ?? 0 }
  public var isMet: Bool { rows.allSatisfy(\.isMet) }
}

/// What a shipped plan must achieve.
public enum CalibrationGoals {
  /// The largest share of comparisons of a model with itself that may promote.
  public static let falsePromotions = 0.01
  /// For a candidate that is faster by `gain`, the share of comparisons that must promote it.
  public static let detections: [(gain: Double, share: Double)] = [(0.03, 0.9), (0.05, 0.95)]
  /// The gain at which half of the comparisons must end within half of the blocks of a fixed-sample plan that is as
  /// powerful at `referenceGain`.
  public static let quickGain = 0.1
  public static let referenceGain = 0.03
  /// The gains that are planted.
  public static let gains = [0.01, 0.02, 0.03, 0.05, 0.1]
}
