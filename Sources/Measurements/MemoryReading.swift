/// What a worker and the host held right after a request of an endurance cell.
public struct MemoryReading: Sendable, Equatable {
  /// Bytes that belong to the worker and to what it started, also those that were swapped or compressed: the physical
  /// footprint on macOS; on Linux anonymous and shared memory with what of them is in swap.
  public var footprintBytes: Int64
  /// Of the footprint what is in swap; nil where the system does not tell of one process.
  public var swappedBytes: Int64?
  /// Bytes that the system may not page out, a GPU's buffers among them; nil where it does not tell.
  public var wiredBytes: Int64?
  /// Bytes of swap that the whole host uses.
  public var hostSwapBytes: Int64
  /// The system's own figure, as in `MemoryTrace`; nil if it has none.
  public var hostPressure: Double?
  /// Bytes that the engine has in use, by its own count; nil if it does not tell.
  public var engineActiveBytes: Int64?
  /// Bytes that the engine keeps for later, by its own count; nil if it does not tell.
  public var engineCacheBytes: Int64?
  /// Buffers that the engine has, by its own count; nil if it does not tell.
  public var engineBuffers: Int?

  public init(
    footprintBytes: Int64, swappedBytes: Int64? = nil, wiredBytes: Int64? = nil, hostSwapBytes: Int64 = 0,
    hostPressure: Double? = nil, engineActiveBytes: Int64? = nil, engineCacheBytes: Int64? = nil,
    engineBuffers: Int? = nil
  ) {
    self.footprintBytes = footprintBytes
    self.swappedBytes = swappedBytes
    self.wiredBytes = wiredBytes
    self.hostSwapBytes = hostSwapBytes
    self.hostPressure = hostPressure
    self.engineActiveBytes = engineActiveBytes
    self.engineCacheBytes = engineCacheBytes
    self.engineBuffers = engineBuffers
  }

  /// What no host can report; nil if it is possible.
  public var problem: String? {
    let sizes = [footprintBytes, swappedBytes, wiredBytes, hostSwapBytes, engineActiveBytes, engineCacheBytes]
    // Far from where sums over a stream overflow.
    let isPossible = sizes.compactMap(\.self).allSatisfy { (0...1 << 52).contains($0) }
    let isPressurePossible = hostPressure.map { $0.isFinite && $0 >= 0 } ?? true
    return isPossible && isPressurePossible && (engineBuffers ?? 0) >= 0 ? nil : "has an impossible reading of memory"
  }

  /// What may be in swap of this worker: of the process where the system tells, else of the host.
  public var worstSwapBytes: Int64 { swappedBytes ?? hostSwapBytes }
}
