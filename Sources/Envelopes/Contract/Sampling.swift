/// How tokens are chosen in cells that stop naturally.
public struct Sampling: Sendable, Equatable {
  /// 0 takes the most probable token.
  public var temperature: Double
  /// The share of probability that the tokens to draw from must cover.
  public var topP: Double
  public var seed: UInt64

  public init(temperature: Double, topP: Double, seed: UInt64) {
    self.temperature = temperature
    self.topP = topP
    self.seed = seed
  }
}
