import Envelopes
import Foundation
import Measurements
import Runner

/// What unattended nights are to decide, and what they may use for it.
///
/// It is one JSON file, read by `init(contentsOf:)` and validated as envelopes are: unknown keys and values out of range
/// are refused with their paths, all at once.
public struct NightPlan: Sendable, Equatable {
  public var id: String
  /// The roles whose residents are challenged, the most wanted first.
  public var roles: [Role]
  /// The candidates, the most wanted first.
  public var candidates: [ModelID]
  public var envelopes: [Envelope]
  /// The classes to measure in; a comparison that may choose takes the first.
  public var environments: [EnvironmentClass]
  public var budget: Budget
  /// When a worker counts as hung.
  public var limits: PhaseLimits
  /// Whether the resident is compared with its copy where time is left, to track the host's own noise.
  public var hasSentinel: Bool
  public var threads: Int?
  /// The requests that the resident answers beside the measurements in the class `under-load`.
  public var load: [BackgroundLoad.Request]

  /// What a night may use.
  public struct Budget: Sendable, Equatable {
    public var minutes: Double
    /// What all models of a comparison together may need by their files; nil checks nothing.
    public var memoryBytes: Int?
    /// The address space of one worker; nil sets no limit.
    public var workerMemoryBytes: Int?
  }
}
