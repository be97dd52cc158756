extension Maturity {
  init?(_ fields: FieldReader) {
    let comparisons = fields.integer("comparisons", 1...1000)
    let daysBetween = fields.number("days_between", .from(0, through: 365))
    let allowsProvisional = fields.bool("allow_provisional")
    guard let comparisons, let daysBetween, let allowsProvisional else { return nil }
    self.init(comparisons: comparisons, daysBetween: daysBetween, allowsProvisional: allowsProvisional)
  }
}
