/// What a shipped plan has to hold.
public enum CalibrationGoals {
  /// The largest share of comparisons of a model with itself that may promote.
  public static let falsePromotions = 0.01
  /// The share of comparisons that must find a candidate that is so much faster.
  public static let detections: [(gain: Double, share: Double)] = [(0.03, 0.9), (0.05, 0.95)]
  /// The gain at which half of the comparisons must end within half of the blocks of a fixed-sample plan that is as
  /// powerful at `referenceGain`.
  public static let quickGain = 0.1
  public static let referenceGain = 0.03
  /// The gains that are planted.
  public static let gains = [0.01, 0.02, 0.03, 0.05, 0.1]
}
