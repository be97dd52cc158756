/// How often and in which order cells are measured.
public struct Plan: Sendable, Equatable {
  /// The most ABBA blocks per throughput cell.
  public var blocks: Int
  /// Blocks per throughput cell before which nothing is decided; equal to `blocks` if a comparison may not end early.
  public var minimumBlocks: Int
  /// Requests per model and cell that run first and whose times are discarded.
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

  init?(_ fields: FieldReader) {
    let blocks = fields.integer("blocks", 1...10_000)
    let minimumBlocks = fields.integer("minimum_blocks", 1...(blocks ?? 10_000), default: blocks ?? 1)
    let warmUps = fields.integer("warm_ups", 0...100)
    let orderSeed = fields.seed("order_seed")
    let divergenceLimit = fields.number("divergence_limit", .above(0, through: 1), default: 0.15)
    let voidLimit = fields.number("void_limit", .from(0, below: 1))
    guard let blocks, let minimumBlocks, let warmUps, let orderSeed, let divergenceLimit, let voidLimit else {
      return nil
    }
    self.init(
      blocks: blocks, minimumBlocks: minimumBlocks, warmUps: warmUps, orderSeed: orderSeed,
      divergenceLimit: divergenceLimit, voidLimit: voidLimit)
  }
}

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

  init?(_ fields: FieldReader) {
    let temperature = fields.number("temperature", .from(0, through: 2))
    let topP = fields.number("top_p", .above(0, through: 1))
    let seed = fields.seed("seed")
    guard let temperature, let topP, let seed else { return nil }
    self.init(temperature: temperature, topP: topP, seed: seed)
  }
}

/// The number of requests of a comparison, over both models.
public struct RequestCount: Sendable, Equatable {
  /// Throughput requests whose times are discarded.
  public let warmUps: Int
  /// Throughput requests that become samples.
  public let throughput: Int
  /// Accuracy items put to a model.
  public let answers: Int
  /// Turns of tool loops.
  public let turns: Int
}

extension Envelope {
  /// The requests of one comparison, not counting void blocks that are measured again.
  public var requests: RequestCount {
    let items = accuracy.reduce(0) { $0 + $1.items.count }
    return RequestCount(
      warmUps: 2 * plan.warmUps * throughput.count, throughput: 4 * plan.blocks * throughput.count, answers: 2 * items,
      turns: toolLoops.reduce(0) { $0 + $1.trace.rounds.count * ($1.mode == .live ? 2 : 4 * $1.blocks) })
  }
}
