/// How the measurement of a cell ended; only a success is scored.
public enum CellStatus: String, Sendable, CaseIterable {
  case success
  /// The worker died or answered with an error.
  case failed
  /// The model and its cache did not fit the memory budget.
  case capacityGated = "capacity_gated"
  /// The engine cannot do what the cell asks for.
  case unsupported
  /// The user or a time limit ended it.
  case aborted
  /// The cell says nothing about this model.
  case notApplicable = "not_applicable"
}
