/// The machine as one block found it.
public struct HostReading: Sendable, Equatable {
  /// Runnable threads in the minute before.
  public var loadAverage: Double
  /// The share of processor time that a hypervisor took during the block; nil where none tells.
  public var stealShare: Double?
  /// Bytes that programs could still have before the block.
  public var freeMemoryBytes: Int
  public var swapBytes: Int
  /// The hottest sensor in degrees Celsius; nil where the system tells none.
  public var temperature: Double?
  /// Nil where the system does not tell.
  public var isOnMains: Bool?
  /// Steps a second of a fixed loop that ran for 200 ms before the block; nil where the envelope sets no limits.
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
