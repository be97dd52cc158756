import Envelopes

/// What a shipped plan must achieve.
public enum CalibrationGoals {
  /// The largest share of comparisons of a model with itself that may promote.
  public static let falsePromotions = 0.01
  /// The largest share of comparisons that may promote a harmful candidate, and the noise under which it is asked: the
  /// quietest, in which a win comes soonest, and the one that hides the most.
  public static let harmfulPromotions = 0.01
  static let harmfulNoise: [NoiseModel] = [.white, .loads]

  /// For a candidate that is faster by `gain`, the share of comparisons that must promote it.
  public static func detections(by schema: EnvelopeSchema) -> [(gain: Double, share: Double)] {
    switch schema {
    case .blocks: [(0.03, 0.9), (0.05, 0.95)]
    case .rounds: [(0.03, 0.8), (0.05, 0.95)]
    }
  }

  /// By blocks, the gain at which half of the comparisons must end within half of the blocks of a fixed-sample plan that is
  /// as powerful at `referenceGain`. By rounds the fewest that count are about as many, so there is no such goal.
  public static let quickGain = 0.1
  public static let referenceGain = 0.03
  /// The gains that are planted.
  public static let gains = [0.01, 0.02, 0.03, 0.05, 0.1]
}
