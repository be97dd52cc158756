/// How long a model works before the other one's turn.
public struct SliceLength: Sendable, Equatable {
  /// Seconds that the slower model takes for the tokens that count.
  public var seconds: Double
  /// Seconds of decoding at the beginning of a turn that do not count, for the weights to come back into the processor's
  /// last cache.
  ///
  /// A model that fits there decodes a whole request from it, and loses it to whatever else the machine does between two
  /// turns. Without a warm-up it is measured as slower than it is, and a model too large for any cache is not.
  public var warmUpSeconds: Double

  public init(seconds: Double = 0.035, warmUpSeconds: Double = 0) {
    self.seconds = seconds
    self.warmUpSeconds = warmUpSeconds
  }

  /// The tokens of a warm-up that count for neither model: as many as the faster one decodes within it.
  ///
  /// None if a single token takes longer: a model that is read for so long stands in no cache.
  ///
  /// - Parameter secondsPerToken: Of each model.
  public func warmUpTokens(secondsPerToken: [Double]) -> Int {
    guard let fastest = secondsPerToken.min(), fastest > 0 else { return 0 }
    return Int(min(warmUpSeconds / fastest, Double(Self.limit)))
  }

  /// More tokens than any slice has.
  private static let limit = 1 << 20
}
