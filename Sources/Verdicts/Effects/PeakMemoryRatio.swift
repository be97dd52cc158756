/// The candidate's peak memory over the resident's: a bound, read once a run, so it has no interval.
public struct PeakMemoryRatio: Sendable, Equatable {
  /// The largest over the run's samples; above zero.
  public let residentBytes: Int64
  public let candidateBytes: Int64

  /// Candidate ÷ resident: above 1 is more memory.
  public var ratio: Double { Double(candidateBytes) / Double(residentBytes) }
}
