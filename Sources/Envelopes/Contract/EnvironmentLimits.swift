/// What the machine must be like for a block to count, in the class `isolated`; nil sets no limit.
public struct EnvironmentLimits: Sendable, Equatable {
  /// The most runnable threads in the minute before the block, the models' own among them.
  public var loadAverage: Double?
  /// The largest share of processor time that a hypervisor may take during the block.
  public var stealShare: Double?
  /// The fewest bytes that programs must still be able to have.
  public var freeMemoryBytes: Int?
  /// The most bytes of swap in use.
  public var swapBytes: Int?
  /// The highest temperature in degrees Celsius.
  public var temperature: Double?
  /// Whether the machine must be on mains.
  public var needsMains: Bool
  /// How much slower, as a share, than the fastest before in the session a fixed loop may run before the block.
  public var slowdown: Double?

  public init(
    loadAverage: Double? = nil, stealShare: Double? = nil, freeMemoryBytes: Int? = nil, swapBytes: Int? = nil,
    temperature: Double? = nil, needsMains: Bool = false, slowdown: Double? = nil
  ) {
    self.loadAverage = loadAverage
    self.stealShare = stealShare
    self.freeMemoryBytes = freeMemoryBytes
    self.swapBytes = swapBytes
    self.temperature = temperature
    self.needsMains = needsMains
    self.slowdown = slowdown
  }
}
