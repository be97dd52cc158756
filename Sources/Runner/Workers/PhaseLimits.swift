/// Seconds after which a worker counts as hung, by what it is doing.
public struct PhaseLimits: Sendable, Equatable {
  /// Loading, with the first request and the hashing of the files.
  public var load: Double
  /// Processing a prompt.
  public var prefill: Double
  /// Decoding a continuation.
  public var decode: Double
  /// Scoring a continuation, and every other short request.
  public var scoring: Double

  public init(load: Double = 900, prefill: Double = 600, decode: Double = 600, scoring: Double = 600) {
    self.load = load
    self.prefill = prefill
    self.decode = decode
    self.scoring = scoring
  }
}
