/// How often and in which order cells are measured.
public struct Plan: Sendable, Equatable {
  /// What the pairs of a comparison are.
  public enum Unit: Sendable, Equatable {
    /// Blocks of four whole requests under one load of each model; a block whose repetitions of a model differ by more
    /// than the limit, relative to the slower, is void. The form of schema 1.
    case blocks(divergenceLimit: Double)
    /// Rounds, each in freshly loaded workers and with one block of every throughput cell and every replay. The requests of
    /// a block take turns in slices of that length where the engine can slice, and replays turn by turn.
    case rounds(SliceLength)
  }

  public var unit: Unit
  /// The most blocks per throughput cell: by rounds, the most rounds.
  public var blocks: Int
  /// Blocks per throughput cell before which nothing is decided, or by rounds no win; equal to `blocks` if a comparison may
  /// not end early.
  public var minimumBlocks: Int
  /// Requests per model and cell that run first and whose times are discarded.
  public var warmUps: Int
  /// Seeds the order of blocks and of models within them.
  public var orderSeed: UInt64
  /// The largest share of void blocks of a cell that a verdict may rest on.
  public var voidLimit: Double

  public init(
    blocks: Int, minimumBlocks: Int? = nil, warmUps: Int, orderSeed: UInt64, divergenceLimit: Double = 0.15,
    voidLimit: Double
  ) {
    unit = .blocks(divergenceLimit: divergenceLimit)
    self.blocks = blocks
    self.minimumBlocks = minimumBlocks ?? blocks
    self.warmUps = warmUps
    self.orderSeed = orderSeed
    self.voidLimit = voidLimit
  }

  public init(
    rounds: Int, minimumRounds: Int, slice: SliceLength = SliceLength(), orderSeed: UInt64, voidLimit: Double = 0.25
  ) {
    unit = .rounds(slice)
    blocks = rounds
    minimumBlocks = minimumRounds
    warmUps = 0
    self.orderSeed = orderSeed
    self.voidLimit = voidLimit
  }

  /// Whether a comparison that is decided ends before it has all blocks.
  public var mayEndEarly: Bool { minimumBlocks < blocks }

  /// Nil if models are not loaded anew for each round.
  public var slice: SliceLength? { if case .rounds(let length) = unit { length } else { nil } }

  /// The least number of rounds on which a verdict may rest: each is a pair of loads, and fewer say nothing of the others.
  public static let fewestRounds = 6

  init?(_ fields: FieldReader) {
    if fields.schema == .rounds { self.init(byRounds: fields) } else { self.init(byBlocks: fields) }
  }

  private init?(byBlocks fields: FieldReader) {
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

  private init?(byRounds fields: FieldReader) {
    let rounds = fields.integer("rounds", Self.fewestRounds...10_000)
    let range = Self.fewestRounds...max(rounds ?? 10_000, Self.fewestRounds)
    let minimumRounds = fields.integer("minimum_rounds", range, default: range.upperBound)
    let milliseconds = fields.number("slice_milliseconds", .from(5, through: 1000), default: 35)
    let warmUp = fields.number("slice_warm_up_milliseconds", .from(0, through: 1000), default: 0)
    let orderSeed = fields.seed("order_seed")
    let voidLimit = fields.number("void_limit", .from(0, below: 1), default: 0.25)
    guard let rounds, let minimumRounds, let milliseconds, let warmUp, let orderSeed, let voidLimit else { return nil }
    self.init(
      rounds: rounds, minimumRounds: minimumRounds,
      slice: SliceLength(seconds: milliseconds / 1000, warmUpSeconds: warmUp / 1000), orderSeed: orderSeed,
      voidLimit: voidLimit)
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
  /// Turns of tool loops, requests of embedding cells, and of streams those whose number is stated.
  public let turns: Int
}

extension Envelope {
  /// The requests of one comparison, not counting void blocks that are measured again.
  ///
  /// In a round, each model gets a whole request of a cell and one in slices, which makes four as in a block, and replays
  /// each loop once.
  public var requests: RequestCount {
    let items = accuracy.reduce(0) { $0 + $1.items.count }
    return RequestCount(
      warmUps: 2 * plan.warmUps * throughput.count, throughput: 4 * plan.blocks * throughput.count, answers: 2 * items,
      turns: toolLoops.reduce(0) { $0 + 2 * $1.trace.rounds.count * passes(through: $1) }
        + embedding.reduce(0) { $0 + 2 * $1.turns * plan.blocks }
        + endurance.reduce(0) { $0 + 2 * ($1.requestCount ?? $1.cycle) })
  }

  /// How often each model runs a loop.
  private func passes(through loop: ToolLoopCell) -> Int {
    guard loop.mode == .replay else { return 1 }
    return schema == .rounds ? plan.blocks : 2 * loop.blocks
  }
}
