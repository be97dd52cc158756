extension Maturity {
  private static let knownClasses = ["isolated", "under-load"]

  init?(_ fields: FieldReader) {
    let comparisons = fields.integer("comparisons", 1...1000)
    let daysBetween = fields.number("days_between", .from(0, through: 365))
    let hasClasses = fields.object["environment_classes"] != nil
    let environmentClasses = hasClasses ? fields.words("environment_classes", atLeast: 1) : []
    for name in environmentClasses ?? [] where !Self.knownClasses.contains(name) {
      fields.report(
        "environment_classes",
        "has \(Quoted.text(name)), which is none of \(Self.knownClasses.joined(separator: ", "))")
    }
    let allowsProvisional = fields.bool("allow_provisional")
    guard let comparisons, let daysBetween, let environmentClasses, let allowsProvisional else { return nil }
    self.init(
      comparisons: comparisons, daysBetween: daysBetween, environmentClasses: environmentClasses,
      allowsProvisional: allowsProvisional)
  }
}
