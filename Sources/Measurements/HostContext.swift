/// What went on around a session's samples: no verdict depends on it, but a reader may ask.
public struct HostContext: Sendable, Equatable {
  /// What was seen of the machine around one block.
  public struct Block: Sendable, Equatable {
    public var cell: CellID
    public var block: Int
    public var observation: BlockObservation

    public init(cell: CellID, block: Int, observation: BlockObservation) {
      self.cell = cell
      self.block = block
      self.observation = observation
    }
  }

  /// In the order of recording.
  public var incidents: [Incident]
  /// In the order of measurement; a block that was begun twice has two.
  public var blocks: [Block]

  public init(incidents: [Incident] = [], blocks: [Block] = []) {
    self.incidents = incidents
    self.blocks = blocks
  }
}

/// The machine before one block, and the memory of the workers and the host during it.
public struct BlockObservation: Sendable, Equatable {
  public var reading: HostReading
  public var traces: [MemoryTrace]

  public init(reading: HostReading, traces: [MemoryTrace]) {
    self.reading = reading
    self.traces = traces
  }
}

/// The state of the machine at the start of a block.
public struct HostReading: Sendable, Equatable {
  /// Runnable threads in the minute before.
  public var loadAverage: Double
  /// The share of processor time that a hypervisor took during the block; nil if the system does not report it.
  public var stealShare: Double?
  /// Bytes that programs could still allocate before the block.
  public var freeMemoryBytes: Int
  public var swapBytes: Int
  /// The hottest sensor in degrees Celsius; nil if the system reports none.
  public var temperature: Double?
  /// Nil if the system does not report it.
  public var isOnMains: Bool?
  /// Steps per second of a fixed loop that ran for 200 ms before the block; nil if the envelope sets no limits.
  public var calibrationRate: Double?

  public init(
    loadAverage: Double, stealShare: Double? = nil, freeMemoryBytes: Int, swapBytes: Int, temperature: Double? = nil,
    isOnMains: Bool? = nil, calibrationRate: Double? = nil
  ) {
    self.loadAverage = loadAverage
    self.stealShare = stealShare
    self.freeMemoryBytes = freeMemoryBytes
    self.swapBytes = swapBytes
    self.temperature = temperature
    self.isOnMains = isOnMains
    self.calibrationRate = calibrationRate
  }
}

/// A quantity that was read once per second during a block.
public struct MemoryTrace: Sendable, Equatable {
  public enum Subject: String, Sendable, CaseIterable {
    /// Bytes that the resident's worker held.
    case resident
    /// Bytes that the candidate's worker held.
    case candidate
    /// Bytes that programs could still allocate.
    case hostFree = "host_free"
    /// Bytes of swap in use.
    case swap
    /// Hundredths of the system's own measure of memory pressure.
    case pressure
  }

  public var subject: Subject
  /// Seconds since 1970, of the first value.
  public var startedAt: Double
  /// One per second; none is negative.
  public var values: [Int64]

  public init(subject: Subject, startedAt: Double, values: [Int64]) {
    self.subject = subject
    self.startedAt = startedAt
    self.values = values
  }
}
