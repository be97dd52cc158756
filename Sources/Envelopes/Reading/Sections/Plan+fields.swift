extension Plan {
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
