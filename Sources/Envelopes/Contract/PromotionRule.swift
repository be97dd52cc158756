import Measurements

/// What decides, fixed before the numbers are seen.
public struct PromotionRule: Sendable, Equatable {
  /// At least one must be shown to win by more than `minimumEffect`.
  public struct Objective: Sendable, Equatable {
    public var metric: Metric
    /// A throughput cell or accuracy task.
    public var cell: CellID
    /// As a ratio above 1 for ratios (0.02: two per cent better), as a difference for shares.
    public var minimumEffect: Double

    public init(metric: Metric, cell: CellID, minimumEffect: Double) {
      self.metric = metric
      self.cell = cell
      self.minimumEffect = minimumEffect
    }
  }

  /// Each must be shown to be no worse than `margin`.
  public struct Guardrail: Sendable, Equatable {
    public var metric: Metric
    /// Nil for peak memory, which is of the run.
    public var cell: CellID?
    /// Relative for ratios (0.05: at most five per cent worse), absolute for shares.
    public var margin: Double
    /// The most bytes that the candidate may hold at all; of peak memory alone, nil for no bound.
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
  /// The least proof of the weights; nil takes any.
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
}
