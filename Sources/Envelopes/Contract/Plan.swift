/// How often and in which order cells are measured.
public struct Plan: Sendable, Equatable {
  /// The most ABBA blocks a throughput cell.
  public var blocks: Int
  /// Blocks a throughput cell before which nothing is decided; equal to `blocks` where a comparison may not end early.
  public var minimumBlocks: Int
  /// Requests a model and cell whose times are thrown away first.
  public var warmUps: Int
  /// Seeds the order of blocks and of models within them.
  public var orderSeed: UInt64
  /// The largest relative difference of the two repetitions of a model within one block; beyond it the block is void.
  public var divergenceLimit: Double
  /// The largest share of void blocks of a cell that a verdict may rest on.
  public var voidLimit: Double

  public init(
    blocks: Int, minimumBlocks: Int? = nil, warmUps: Int, orderSeed: UInt64, divergenceLimit: Double = 0.15,
    voidLimit: Double
  ) {
    self.blocks = blocks
    self.minimumBlocks = minimumBlocks ?? blocks
    self.warmUps = warmUps
    self.orderSeed = orderSeed
    self.divergenceLimit = divergenceLimit
    self.voidLimit = voidLimit
  }
}
