import Envelopes

/// What an envelope's plan does under each noise model.
///
/// Blocks are those of each cell; by rounds, a block is a round.
public struct CalibrationReport: Sendable {
  /// The outcomes of comparisons with one planted gain.
  public struct Detection: Sendable {
    /// How many times faster the candidate is, minus 1.
    public let gain: Double
    /// The share of comparisons that promoted.
    public let rate: Double
    public let comparisons: Int
    /// The blocks by which half of them had ended.
    public let medianBlocks: Int
    /// The share that must promote; nil if there is no goal.
    public let goal: Double?
    /// Blocks with which the goal would be met; nil if it is met, or not within a plan that is several times
    /// larger.
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
    /// The standard deviation of a block's log-ratio; nil by rounds.
    public let blockDeviation: Double?
    public let detections: [Detection]
    /// Blocks of a fixed-sample t test that finds the reference gain as often; nil if there is none, and by rounds.
    public let fixedSampleBlocks: Int?

    /// Whether half of the comparisons with the quick gain end within half of the fixed-sample plan; nil by rounds.
    public var isQuick: Bool? {
      guard blockDeviation != nil else { return nil }
      guard let fixedSampleBlocks, let quick = detections.first(where: { $0.gain == CalibrationGoals.quickGain })
      else { return false }
      return 2 * quick.medianBlocks <= fixedSampleBlocks
    }

    public var isMet: Bool {
      falsePromotionRate <= CalibrationGoals.falsePromotions && detections.allSatisfy(\.isMet) && isQuick != false
    }
  }

  /// How often the plan promotes a candidate that it must not promote.
  public struct Harm: Sendable {
    public let candidate: HarmfulCandidate
    public let model: NoiseModel
    /// The share of comparisons that promoted.
    public let promotionRate: Double
    /// Its exact upper limit at 95 % confidence.
    public let promotionLimit: Double
    public let comparisons: Int
    /// The blocks by which half of them had ended.
    public let medianBlocks: Int

    public var isMet: Bool { promotionRate <= CalibrationGoals.harmfulPromotions }
  }

  public let envelope: Envelope
  public let levels: NoiseLevels
  /// The stored samples that the levels were fitted to; 0 if they are assumed.
  public let fittedSamples: Int
  public let seed: UInt64
  public let rows: [Row]
  /// None by blocks.
  public let harms: [Harm]

  /// The worst over the noise models.
  public var falsePromotionRate: Double { rows.map(\.falsePromotionRate).max() ?? 0 }
  public var isMet: Bool { rows.allSatisfy(\.isMet) && harms.allSatisfy(\.isMet) }
}
