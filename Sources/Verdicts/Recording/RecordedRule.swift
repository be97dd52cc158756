import JSON
import Measurements

/// An objective or a guardrail as a recorded verdict has it.
public struct RecordedRule: Sendable, Equatable {
  public enum State: Sendable, Equatable {
    case objective(ObjectiveResult.State)
    case guardrail(GuardrailResult.State)
  }

  public let metric: Metric
  /// Nil for what is of the whole run, or of several cells.
  public let cell: CellID?
  /// How many cells an objective joins; 1 if it names one.
  public let cellCount: Int
  public let state: State
  /// Nil if undecided or without a better side.
  public let standing: Standing?
  /// The minimum effect of an objective or the margin of a guardrail: relative for ratios, absolute for shares and nats.
  public let limit: Double
  /// The most bytes that the candidate may hold; nil for no bound.
  public let budgetBytes: Int64?
  /// Nil if nothing was measured.
  public let effect: RecordedEffect?

  public var isObjective: Bool { if case .objective = state { true } else { false } }

  init(
    _ metric: Metric, _ cell: CellID?, cellCount: Int = 1, _ state: State, limit: Double, effect: RecordedEffect?,
    standing: Standing? = nil, budgetBytes: Int64? = nil
  ) {
    self.metric = metric
    self.cell = cell
    self.cellCount = cellCount
    self.state = state
    self.standing = standing
    self.limit = limit
    self.budgetBytes = budgetBytes
    self.effect = effect
  }

  init(_ result: ObjectiveResult) {
    self.init(
      result.metric, result.cell, cellCount: result.cells.count, .objective(result.state), limit: result.minimumEffect,
      effect: result.effect?.recorded, standing: result.standing)
  }

  init(_ result: GuardrailResult) {
    self.init(
      result.metric, result.cell, .guardrail(result.state), limit: result.margin, effect: result.effect?.recorded,
      budgetBytes: result.budgetBytes)
  }

  init(objective: DocumentMembers) throws(RecordedVerdict.Problem) {
    try self.init(objective, .objective(try objective.choice("state")), limit: try objective.number("min_effect"))
  }

  init(guardrail: DocumentMembers) throws(RecordedVerdict.Problem) {
    try self.init(guardrail, .guardrail(try guardrail.choice("state")), limit: try guardrail.number("margin"))
  }

  private init(_ members: DocumentMembers, _ state: State, limit: Double) throws(RecordedVerdict.Problem) {
    let effect = members.json["effect"].flatMap { $0 == .null ? nil : $0 }
    self.init(
      try members.choice("metric"), members.json["cell"]?.string.map(CellID.init(rawValue:)),
      cellCount: members.json["cells"]?.array?.count ?? 1, state, limit: limit,
      effect: effect == nil ? nil : try RecordedEffect(try members.object("effect")),
      standing: members.json["standing"]?.string.flatMap(Standing.init(rawValue:)),
      budgetBytes: members.json["budget_bytes"]?.integer.map(Int64.init))
  }
}
