/// How often and in which order cells are measured.
public struct Plan: Sendable, Equatable {
  /// ABBA blocks a throughput cell.
  public var blocks: Int
  /// Requests a model and cell whose times are thrown away first.
  public var warmUps: Int
  /// Seeds the order of blocks and of models within them.
  public var orderSeed: UInt64
  /// The largest relative difference of the two repetitions of a model within one block; beyond it the block is void.
  public var divergenceLimit: Double
  /// The largest share of void blocks of a cell that a verdict may rest on.
  public var voidLimit: Double

  public init(blocks: Int, warmUps: Int, orderSeed: UInt64, divergenceLimit: Double = 0.15, voidLimit: Double) {
    self.blocks = blocks
    self.warmUps = warmUps
    self.orderSeed = orderSeed
    self.divergenceLimit = divergenceLimit
    self.voidLimit = voidLimit
  }
}
