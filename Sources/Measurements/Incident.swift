/// Something that went otherwise than planned, kept beside the samples so that a morning's reader finds it.
public struct Incident: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    /// A worker ended or answered nonsense; a fresh one took its place.
    case workerDied = "worker_died"
    /// A worker gave no answer within its phase's limit and was ended.
    case workerHung = "worker_hung"
    /// The wall clock was set while something was measured; durations do not depend on it.
    case clockJumped = "clock_jumped"
    /// The program or a worker stood still: a sleeping machine, or a stop signal.
    case suspended
    /// A file of a model changed after it was loaded.
    case filesReplaced = "files_replaced"
    /// Loading was not tried, because the model would not have fitted.
    case capacityGated = "capacity_gated"
    /// What ran beside the measurements in the class `under-load`.
    case backgroundLoad = "background_load"
    /// A candidate could not be measured to the end of a task; three of these park it.
    case candidateFailed = "candidate_failed"
  }

  public var kind: Kind
  /// Seconds since 1970.
  public var occurredAt: Double
  public var model: ModelID?
  /// Tells one state of the model's files from another: replaced files change it.
  public var stamp: String?
  /// For people: what happened.
  public var detail: String

  public init(
    kind: Kind, occurredAt: Double, model: ModelID? = nil, stamp: String? = nil, detail: String
  ) {
    self.kind = kind
    self.occurredAt = occurredAt
    self.model = model
    self.stamp = stamp
    self.detail = detail
  }
}
