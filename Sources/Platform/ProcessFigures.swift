/// What the operating system tells of another process of this user.
public struct ProcessFigures: Sendable, Equatable {
  /// Bytes of main memory that it holds: the physical footprint on Darwin, the resident set elsewhere.
  public var memoryBytes: Int
  /// Whether a signal has stopped it.
  public var isStopped: Bool

  public init(memoryBytes: Int, isStopped: Bool) {
    self.memoryBytes = memoryBytes
    self.isStopped = isStopped
  }
}
