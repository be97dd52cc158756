import Measurements

/// What decides, fixed before the numbers are seen.
public struct PromotionRule: Sendable, Equatable {
  /// A metric on which a win counts: it must be shown to win by more than `minimumEffect`.
  public struct Objective: Sendable, Equatable {
    /// A cell's part in an objective over several.
    public struct Share: Sendable, Equatable {
      /// A throughput cell, accuracy task or tool loop.
      public var cell: CellID
      /// Above zero; relative to the other cells' weights.
      public var weight: Double

      public init(cell: CellID, weight: Double) {
        self.cell = cell
        self.weight = weight
      }
    }

    public var metric: Metric
    /// The cells whose log-ratios are joined by a weighted mean, in the envelope's order; at least one.
    public var cells: [Share]
    /// Relative for ratios (0.02: two per cent better), a difference for shares.
    public var minimumEffect: Double
    /// The effect that measuring is to find soonest, which tunes the sequential test and never its error; nil for a rule
    /// of schema 1.
    public var expectedEffect: Double?

    public init(metric: Metric, cell: CellID, minimumEffect: Double) {
      self.init(
        metric: metric, cells: [Share(cell: cell, weight: 1)], minimumEffect: minimumEffect, expectedEffect: nil)
    }

    public init(metric: Metric, cells: [Share], minimumEffect: Double, expectedEffect: Double?) {
      self.metric = metric
      self.cells = cells
      self.minimumEffect = minimumEffect
      self.expectedEffect = expectedEffect
    }

    /// Nil if it joins several.
    public var cell: CellID? { cells.count == 1 ? cells[0].cell : nil }
  }

  /// A metric that must be shown to be worse by no more than `margin`; every guardrail must hold.
  public struct Guardrail: Sendable, Equatable {
    /// How ratios of rounds are averaged, and within a round those of cells.
    public enum Mean: String, Sendable, CaseIterable {
      /// Twice as good and half as good cancel.
      case geometric
      /// Of how many times worse the candidate is: what takes three times as long weighs as much as it takes.
      case arithmetic
    }

    /// Which of a round's requests total time is of.
    public enum Requests: String, Sendable, CaseIterable {
      /// The whole one and the one in slices.
      case all
      /// The one in slices, each of which met the same moment of the machine as one of the other model.
      case sliced
    }

    public var metric: Metric
    /// Nil for peak memory, which belongs to the run, and for a throughput metric of all throughput cells together.
    public var cell: CellID?
    /// Relative for ratios (0.05: at most five per cent worse), absolute for shares; for metrics that are compared with a
    /// limit that limit, in the metric's unit.
    public var margin: Double
    /// The most bytes that the candidate may hold at all; for peak memory alone, nil for no bound.
    public var budgetBytes: Int64?
    public var mean: Mean
    /// For total time alone.
    public var requests: Requests

    public init(
      metric: Metric, cell: CellID?, margin: Double, budgetBytes: Int64? = nil, mean: Mean = .geometric,
      requests: Requests = .all
    ) {
      self.metric = metric
      self.cell = cell
      self.margin = margin
      self.budgetBytes = budgetBytes
      self.mean = mean
      self.requests = requests
    }
  }

  /// A metric that is measured and may become worse, with the reason why nobody minds.
  public struct Unguarded: Sendable, Equatable {
    public var metric: Metric
    /// Nil for all cells.
    public var cell: CellID?
    public var reason: String
  }

  public var schema: EnvelopeSchema
  /// 1 minus the chance of a win by luck: over all challenges of one resident by rounds, of the first alone by blocks.
  public var confidence: Double
  /// By rounds the primary objective alone; by blocks any one of them is enough.
  public var objectives: [Objective]
  public var guardrails: [Guardrail]
  /// By rounds, what is measured without a guardrail.
  public var unguarded: [Unguarded] = []
  public var maturity: Maturity
  /// The least proof of the weights; nil accepts any.
  public var proof: ProofLevel?

  public init(
    schema: EnvelopeSchema = .blocks, confidence: Double, objectives: [Objective], guardrails: [Guardrail],
    maturity: Maturity, proof: ProofLevel? = nil
  ) {
    self.schema = schema
    self.confidence = confidence
    self.objectives = objectives
    self.guardrails = guardrails
    self.maturity = maturity
    self.proof = proof
  }

  init?(_ fields: FieldReader) {
    let confidence = fields.number("confidence", .from(0.5, below: 1))
    let objectives =
      fields.schema == .rounds
      ? fields.section("primary", Objective.init(primary:)).map { [$0] }
      : fields.sections("objectives", atLeast: 1) { Objective($0) }
    let guardrails = fields.sections("guardrails", Guardrail.init)
    let unguarded =
      fields.schema == .rounds && fields.optional("unguarded") != nil
      ? fields.sections("unguarded", Unguarded.init) : []
    for rules in ["objectives", "guardrails"] { fields.reportRepeats(in: rules, of: ["metric", "cell"]) }
    let maturity = fields.section("maturity", Maturity.init)
    let isProofAsked = fields.optional("proof") != nil
    let proof = isProofAsked ? fields.choice("proof", of: ProofLevel.allCases.filter { $0 != .unverified }) : nil
    guard let confidence, let objectives, let guardrails, let unguarded, let maturity, isProofAsked == (proof != nil)
    else { return nil }
    self.init(
      schema: fields.schema, confidence: confidence, objectives: objectives, guardrails: guardrails,
      maturity: maturity, proof: proof)
    self.unguarded = unguarded
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
  /// Peak memory has no cell to win, limits bound harm, flips count differences in either direction, and one round shows nothing.
  private static func metrics(_ fields: FieldReader) -> [Metric] {
    fields.metrics.filter { $0 != .peakMemory && $0 != .flips && $0 != .firstDegradedRound && $0.comparison != .limit }
  }

  fileprivate init?(_ fields: FieldReader) {
    let metric = fields.choice("metric", of: Self.metrics(fields))
    let cell = fields.cell(of: metric)
    let minimumEffect = fields.number("min_effect", .from(0, through: metric?.comparison == .ratio ? 10 : 1))
    guard let metric, let cell, let minimumEffect else { return nil }
    self.init(metric: metric, cell: cell, minimumEffect: minimumEffect)
  }

  fileprivate init?(primary fields: FieldReader) {
    let metric = fields.choice("metric", of: Self.metrics(fields))
    let shares = fields.shares(of: metric)
    let largest: Double = metric?.comparison == .ratio ? 10 : 1
    let minimumEffect = fields.number("min_effect", .from(0, through: largest))
    let expectedEffect = fields.number("expected_effect", .above(minimumEffect ?? 0, through: largest))
    guard let metric, let shares, let minimumEffect, let expectedEffect else { return nil }
    self.init(metric: metric, cells: shares, minimumEffect: minimumEffect, expectedEffect: expectedEffect)
  }
}

extension PromotionRule.Guardrail {
  fileprivate init?(_ fields: FieldReader) {
    let metric = fields.choice("metric", of: fields.metrics)
    let isOfAll = fields.schema == .rounds && metric?.isOfThroughput == true && fields.optional("cell") == nil
    let cell = metric == .peakMemory || isOfAll ? nil : fields.cell(of: metric)
    if metric == .peakMemory, fields.optional("cell") != nil {
      fields.report("cell", "must be absent: \(Metric.peakMemory) is of the whole run")
    }
    let margin =
      metric?.comparison == .limit
      ? fields.number("limit", .from(0, through: metric == .rateDrift ? 1 : 1e15))
      : fields.number("margin", fields.schema == .rounds ? .from(0, below: 1) : .above(0, below: 1))
    let hasBudget = metric == .peakMemory && fields.object["budget_bytes"] != nil
    let budget = hasBudget ? fields.integer("budget_bytes", 1...(1 << 53 - 1)) : nil
    let hasMean = fields.schema == .rounds && metric?.isOfBlocks == true && metric != .peakMemory
    let isMeanAsked = hasMean && fields.object["mean"] != nil
    let mean = isMeanAsked ? fields.choice("mean", of: PromotionRule.Guardrail.Mean.allCases) : .geometric
    let areRequestsAsked = hasMean && metric == .totalTime && fields.object["requests"] != nil
    let requests = areRequestsAsked ? fields.choice("requests", of: PromotionRule.Guardrail.Requests.allCases) : .all
    guard let metric, let margin, metric == .peakMemory || isOfAll || cell != nil, hasBudget == (budget != nil),
      let mean, let requests
    else { return nil }
    self.init(
      metric: metric, cell: cell, margin: margin, budgetBytes: budget.map(Int64.init), mean: mean, requests: requests)
  }
}

extension PromotionRule.Unguarded {
  fileprivate init?(_ fields: FieldReader) {
    let metric = fields.choice("metric", of: fields.metrics)
    let isOfAll = fields.optional("cell") == nil
    let cell = isOfAll ? nil : fields.cell(of: metric)
    let reason = fields.text("reason")
    guard let metric, let reason, isOfAll || cell != nil else { return nil }
    self.init(metric: metric, cell: cell, reason: reason)
  }
}

extension FieldReader {
  /// Those that cells of the file's schema yield.
  fileprivate var metrics: [Metric] {
    schema == .rounds ? Metric.scored : Metric.scored.filter { !$0.isOfSlices && $0.comparison != .limit }
  }

  /// A cell that the metric is measured in; any id if the metric is unknown.
  fileprivate func cell(of metric: Metric?) -> CellID? {
    guard let name = identifier("cell") else { return nil }
    if let metric, let mismatch = cells.mismatch(of: metric, with: name) {
      report("cell", mismatch)
      return nil
    }
    return CellID(rawValue: name)
  }

  /// The member `cells`: an object of weights by cell.
  fileprivate func shares(of metric: Metric?) -> [PromotionRule.Objective.Share]? {
    let most = metric?.isOfBlocks == false ? 1 : Int.max
    return section("cells") { fields in
      guard !fields.object.names.isEmpty, fields.object.names.count <= most else {
        self.report("cells", most == 1 ? "must be one cell: only ratios are joined" : "must name at least one cell")
        for name in fields.object.names { _ = fields.optional(name) }
        return nil
      }
      let shares = fields.object.names.map { name -> PromotionRule.Objective.Share? in
        let weight = fields.number(name, .above(0, through: 1000))
        let problem = metric.flatMap {
          cells.mismatch(of: $0, with: name) ?? cells.objection(toWinBy: $0, in: name)
        }
        if let problem {
          fields.report(name, problem)
          return nil
        }
        return weight.map { PromotionRule.Objective.Share(cell: CellID(rawValue: name), weight: $0) }
      }
      return shares.contains { $0 == nil } ? nil : shares.compactMap(\.self)
    }
  }
}
