/// What belongs to a process, wherever it stands.
public struct ProcessMemory: Sendable, Equatable {
  /// Bytes that only this process can give back: also those that were compressed or are in swap, and no pages of files,
  /// which the system drops by itself.
  public var footprintBytes: Int
  /// Of these, bytes in swap; nil where the system does not tell.
  public var swappedBytes: Int?
  /// Bytes that the system may not page out; nil where it does not tell.
  public var wiredBytes: Int?

  public init(footprintBytes: Int, swappedBytes: Int? = nil, wiredBytes: Int? = nil) {
    self.footprintBytes = footprintBytes
    self.swappedBytes = swappedBytes
    self.wiredBytes = wiredBytes
  }

  /// Of a process and all that descend from it; nil if it is gone.
  public static func ofTree(_ root: Int32) -> ProcessMemory? {
    let all = ProcessTable.tree(of: root).compactMap(Machine.memory(of:))
    guard var sum = all.first else { return nil }
    for one in all.dropFirst() {
      sum.footprintBytes += one.footprintBytes
      sum.swappedBytes = sum.swappedBytes.flatMap { swapped in one.swappedBytes.map { swapped + $0 } }
      sum.wiredBytes = sum.wiredBytes.flatMap { wired in one.wiredBytes.map { wired + $0 } }
    }
    return sum
  }
}
