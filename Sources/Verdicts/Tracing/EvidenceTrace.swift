import Foundation
import Statistics
import Measurements

/// How the evidence for one rule about a ratio grew, block by block.
public struct EvidenceTrace: Sendable, Equatable {
  /// A block as it was measured, and what all scored blocks up to it say together.
  public struct Point: Sendable, Equatable {
    /// The UUID of the comparison that measured the block: an earlier one where the comparison adds to its evidence.
    public let session: String
    public let block: Int
    /// In the metric's unit; nil where a side lacks a reading.
    public let pair: MeasurementPair?
    /// How many times better the candidate was in this block; above 1 is better, whatever the metric.
    public let betterRatio: Double?
    /// Why the block is not scored; nil where it is.
    public let voidReason: String?
    /// Nil before two blocks are scored.
    public let effect: Effect?
  }

  /// The effect of all scored blocks so far, as in ``RatioEffect``.
  public struct Effect: Sendable, Equatable {
    public let ratio: Double
    /// The one that decides.
    public let interval: ConfidenceInterval
    public let blocks: Int

    init(_ sequence: MeanLogRatioConfidenceSequence) {
      ratio = exp(sequence.meanLogRatio)
      interval = sequence.interval.exponentiated
      blocks = sequence.count
    }
  }

  public let metric: Metric
  public let cell: CellID
  public let aim: RuleTrack.Aim
  /// In the order of measurement, void blocks in their places.
  public let points: [Point]

  /// The ratio that the interval must lie above.
  public var threshold: Double {
    switch aim {
    case .win(let minimumEffect): 1 + minimumEffect
    case .guardrail(let margin): 1 - margin
    }
  }
}
