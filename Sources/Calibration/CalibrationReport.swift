import Envelopes
import Statistics

/// What an envelope's plan does under each noise model.
public struct CalibrationReport: Sendable {
  /// What became of comparisons with one planted gain.
  public struct Detection: Sendable {
    /// How many times faster the candidate is, minus 1.
    public let gain: Double
    /// The share of comparisons that promoted.
    public let rate: Double
    public let comparisons: Int
    /// The blocks of a cell by which half of them had ended.
    public let medianBlocks: Int
    /// The share that must promote, where there is a goal.
    public let goal: Double?
    /// Blocks a cell with which the goal would be met; nil where it is met, or not within sixteen times the plan.
    public let blocksNeeded: Int?

    public var isMet: Bool { goal.map { rate >= $0 } ?? true }
  }

  public struct Row: Sendable {
    public let model: NoiseModel
    /// Of comparisons of a model with itself, the share that promoted, looking after every round.
    public let falsePromotionRate: Double
    /// Its exact upper limit at 95 % confidence.
    public let falsePromotionLimit: Double
    public let comparisons: Int
    /// The median number of blocks until a comparison of a model with itself ended.
    public let nullMedianBlocks: Int
    /// The standard deviation of a block's log-ratio.
    public let blockDeviation: Double
    public let detections: [Detection]
    /// Blocks of a fixed-sample t test that finds the reference gain as often.
    public let fixedSampleBlocks: Int?

    /// Whether half of the comparisons with a tenfold clear gain end within half of the fixed-sample plan.
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
  /// The stored repetitions that the levels were fitted to; 0 where they are assumed.
  public let fittedRepetitions: Int
  public let seed: UInt64
  public let rows: [Row]

  /// The worst over the noise models.
  public var falsePromotionRate: Double { rows.map(\.falsePromotionRate).max() ?? 0 }
  public var isMet: Bool { rows.allSatisfy(\.isMet) }
}
