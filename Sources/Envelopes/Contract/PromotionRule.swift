import Measurements

/// What decides, fixed before the numbers are seen.
public struct PromotionRule: Sendable, Equatable {
  /// A metric of a cell on which a win counts; at least one must be shown to win by more than `minimumEffect`.
  public struct Objective: Sendable, Equatable {
    public var metric: Metric
    /// A throughput cell, accuracy task or tool loop.
    public var cell: CellID
    /// Relative for ratios (0.02: two per cent better), a difference for shares.
    public var minimumEffect: Double

    public init(metric: Metric, cell: CellID, minimumEffect: Double) {
      self.metric = metric
      self.cell = cell
      self.minimumEffect = minimumEffect
    }
  }

  /// A metric that must be shown to be worse by no more than `margin`; every guardrail must hold.
  public struct Guardrail: Sendable, Equatable {
    public var metric: Metric
    /// Nil for peak memory, which belongs to the run.
    public var cell: CellID?
    /// Relative for ratios (0.05: at most five per cent worse), absolute for shares.
    public var margin: Double
    /// The most bytes that the candidate may hold at all; for peak memory alone, nil for no bound.
    public var budgetBytes: Int64?

    public init(metric: Metric, cell: CellID?, margin: Double, budgetBytes: Int64? = nil) {
      self.metric = metric
      self.cell = cell
      self.margin = margin
      self.budgetBytes = budgetBytes
    }
  }

  /// Of all intervals, two-sided.
  public var confidence: Double
  public var objectives: [Objective]
  public var guardrails: [Guardrail]
  public var maturity: Maturity
  /// The least proof of the weights; nil accepts any.
  public var proof: ProofLevel?

  public init(
    confidence: Double, objectives: [Objective], guardrails: [Guardrail], maturity: Maturity,
    proof: ProofLevel? = nil
  ) {
    self.confidence = confidence
    self.objectives = objectives
    self.guardrails = guardrails
    self.maturity = maturity
    self.proof = proof
  }

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

/// When a verdict is final.
public struct Maturity: Sendable, Equatable {
  /// Validated comparisons that agree.
  public var comparisons: Int
  /// The least number of days between two comparisons that both count.
  public var daysBetween: Double
  /// The environment classes in each of which at least one comparison must have been measured; empty for any.
  public var environmentClasses: [String]
  /// Whether a provisional verdict may change the registry.
  public var allowsProvisional: Bool

  public init(
    comparisons: Int, daysBetween: Double, environmentClasses: [String] = [], allowsProvisional: Bool
  ) {
    self.environmentClasses = environmentClasses
    self.comparisons = comparisons
    self.daysBetween = daysBetween
    self.allowsProvisional = allowsProvisional
  }

  private static let knownClasses = ["isolated", "under-load"]

  fileprivate init?(_ fields: FieldReader) {
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

extension PromotionRule.Objective {
  /// Peak memory has no cell to win, flips count differences in either direction, and one round shows nothing.
  private static let metrics = Metric.scored.filter {
    $0 != .peakMemory && $0 != .flips && $0 != .firstDegradedRound
  }

  fileprivate init?(_ fields: FieldReader) {
    let metric = fields.choice("metric", of: Self.metrics)
    let cell = fields.cell(of: metric)
    let minimumEffect = fields.number("min_effect", .from(0, through: metric?.comparison == .ratio ? 10 : 1))
    guard let metric, let cell, let minimumEffect else { return nil }
    self.init(metric: metric, cell: cell, minimumEffect: minimumEffect)
  }
}

extension PromotionRule.Guardrail {
  fileprivate init?(_ fields: FieldReader) {
    let metric = fields.choice("metric", of: Metric.scored)
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
  /// A cell that the metric is measured in; any id if the metric is unknown.
  fileprivate func cell(of metric: Metric?) -> CellID? {
    guard let name = identifier("cell") else { return nil }
    if let metric, let mismatch = cells.mismatch(of: metric, with: name) {
      report("cell", mismatch)
      return nil
    }
    return CellID(rawValue: name)
  }
}
