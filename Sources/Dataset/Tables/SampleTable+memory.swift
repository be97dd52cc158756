import Measurements

extension LineWriter {
  /// What was held right after a request of an endurance cell.
  mutating func memory(_ memory: MemoryReading?) {
    integer(SampleColumn.footprint, memory.map { Int($0.footprintBytes) })
    integer(SampleColumn.swapped, memory?.swappedBytes.map(Int.init))
    integer(SampleColumn.wired, memory?.wiredBytes.map(Int.init))
    integer(SampleColumn.hostSwap, memory.map { Int($0.hostSwapBytes) })
    number(SampleColumn.hostPressure, memory?.hostPressure)
    integer(SampleColumn.engineActive, memory?.engineActiveBytes.map(Int.init))
    integer(SampleColumn.engineCache, memory?.engineCacheBytes.map(Int.init))
    integer(SampleColumn.engineBuffers, memory?.engineBuffers)
  }
}

extension MemoryReading {
  /// Nil for a row of another cell than an endurance cell.
  init?(_ row: TableRow<SampleColumn>) throws(DatasetError) {
    guard let footprint = try row.optional(.footprint, \.integer) else { return nil }
    func bytes(_ column: SampleColumn) throws(DatasetError) -> Int64? {
      try row.optional(column, \.integer).map(Int64.init)
    }
    self.init(
      footprintBytes: Int64(footprint), swappedBytes: try bytes(.swapped), wiredBytes: try bytes(.wired),
      hostSwapBytes: try bytes(.hostSwap) ?? 0, hostPressure: try row.optionalNumber(.hostPressure),
      engineActiveBytes: try bytes(.engineActive), engineCacheBytes: try bytes(.engineCache),
      engineBuffers: try row.optional(.engineBuffers, \.integer))
  }
}
