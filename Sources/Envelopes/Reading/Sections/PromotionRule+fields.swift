import Measurements

extension PromotionRule {
  init?(_ fields: FieldReader) {
    let confidence = fields.number("confidence", .from(0.5, below: 1))
    let objectives = fields.sections("objectives", atLeast: 1, Objective.init)
    let guardrails = fields.sections("guardrails", Guardrail.init)
    for rules in ["objectives", "guardrails"] { fields.reportRepeats(in: rules, of: ["metric", "cell"]) }
    let maturity = fields.section("maturity", Maturity.init)
    let isProofAsked = fields.optional("proof") != nil
    let proof = isProofAsked ? fields.choice("proof", of: ProofLevel.allCases.filter { $0 != .unverified }) : nil
    guard let confidence, let objectives, let guardrails, let maturity, isProofAsked == (proof != nil) else {
      return nil
    }
    self.init(
      confidence: confidence, objectives: objectives, guardrails: guardrails, maturity: maturity, proof: proof)
  }
}

extension PromotionRule.Objective {
  /// Peak memory has no cell to win, flips count differences in either direction, and one round shows nothing.
  private static let metrics = Metric.allCases.filter {
    $0 != .peakMemory && $0 != .flips && $0 != .firstDegradedRound
  }

  init?(_ fields: FieldReader) {
    let metric = fields.choice("metric", of: Self.metrics)
    let cell = fields.cell(of: metric)
    let minimumEffect = fields.number("min_effect", .from(0, through: metric?.comparison == .ratio ? 10 : 1))
    guard let metric, let cell, let minimumEffect else { return nil }
    self.init(metric: metric, cell: cell, minimumEffect: minimumEffect)
  }
}

extension PromotionRule.Guardrail {
  init?(_ fields: FieldReader) {
    let metric = fields.choice("metric", of: Metric.allCases)
    let cell = metric == .peakMemory ? nil : fields.cell(of: metric)
    if metric == .peakMemory, fields.optional("cell") != nil {
      fields.report("cell", "must be absent: \(Metric.peakMemory) is of the whole run")
    }
    let margin = fields.number("margin", .above(0, below: 1))
    let hasBudget = metric == .peakMemory && fields.object["budget_bytes"] != nil
    let budget = hasBudget ? fields.integer("budget_bytes", 1...(1 << 53 - 1)) : nil
    guard let metric, let margin, metric == .peakMemory || cell != nil, hasBudget == (budget != nil) else { return nil }
    self.init(metric: metric, cell: cell, margin: margin, budgetBytes: budget.map(Int64.init))
  }
}

extension FieldReader {
  /// A cell that the metric is measured in; any id where the metric is unknown.
  fileprivate func cell(of metric: Metric?) -> CellID? {
    guard let name = identifier("cell") else { return nil }
    if let metric, let mismatch = cells.mismatch(of: metric, with: name) {
      report("cell", mismatch)
      return nil
    }
    return CellID(rawValue: name)
  }
}
