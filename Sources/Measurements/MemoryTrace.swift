/// Something that was read once a second through a block.
public struct MemoryTrace: Sendable, Equatable {
  public enum Subject: String, Sendable, CaseIterable {
    /// Bytes that the resident's worker held.
    case resident
    /// Bytes that the candidate's worker held.
    case candidate
    /// Bytes that programs could still have.
    case hostFree = "host_free"
    /// Bytes of swap in use.
    case swap
    /// Hundredths of the system's own measure of memory pressure.
    case pressure
  }

  public var subject: Subject
  /// Seconds since 1970, of the first value.
  public var startedAt: Double
  /// One a second; none is negative.
  public var values: [Int64]

  public init(subject: Subject, startedAt: Double, values: [Int64]) {
    self.subject = subject
    self.startedAt = startedAt
    self.values = values
  }
}

/// What was seen of the machine around one block.
public struct BlockObservation: Sendable, Equatable {
  public var reading: HostReading
  public var traces: [MemoryTrace]

  public init(reading: HostReading, traces: [MemoryTrace]) {
    self.reading = reading
    self.traces = traces
  }
}
