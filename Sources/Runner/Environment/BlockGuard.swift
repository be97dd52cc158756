import Envelopes
import Foundation
import Measurements
import Platform
import Store

/// Watches the machine around each block, keeps what it saw, and says which blocks must not count.
struct BlockGuard {
  private let limits: EnvironmentLimits?
  private let watch = HostWatch()
  private var best: Double?
  private var reading: HostReading?

  /// - Parameter environment: Limits apply to the class `isolated` only: load is what the other class is about.
  init(_ limits: EnvironmentLimits?, environment: EnvironmentClass) {
    self.limits = environment == .isolated ? limits : nil
  }

  /// Measures the host and starts to watch.
  mutating func begin(_ benches: [Bench]) async {
    var workers: [MemoryTrace.Subject: Int32] = [:]
    for bench in benches {
      guard let worker = await bench.worker else { continue }
      workers[bench.contender.side == .resident ? .resident : .candidate] = worker.process.processIdentifier
    }
    let reading = HostReading(
      loadAverage: Machine.loadAverage, freeMemoryBytes: Machine.freeMemoryByteCount,
      swapBytes: Machine.swapByteCount, temperature: Machine.temperature, isOnMains: Machine.isOnMains,
      calibrationRate: limits == nil ? nil : CalibrationLoop.rate())
    best = [best, reading.calibrationRate].compactMap(\.self).max()
    self.reading = reading
    watch.begin(workers: workers)
  }

  /// Ends watching and keeps what was seen.
  ///
  /// - Returns: Why the block must not count, or nil.
  mutating func end(cell: CellID, block: Int, _ recorder: Recorder) throws -> String? {
    let span = watch.end()
    guard var reading else { return nil }
    reading.stealShare = span.stealShare
    try recorder.record(BlockObservation(reading: reading, traces: span.traces), cell: cell, block: block)
    if abs(span.clockJump) > 1 {
      try recorder.record(
        .clockJumped,
        "the wall clock moved by \(String(format: "%+.0f", span.clockJump)) s by the end of block \(block) of \(cell)")
    }
    if let standstill = span.standstill {
      try recorder.record(.suspended, "\(standstill) during block \(block) of \(cell)")
      return standstill
    }
    return limits?.violation(in: reading, best: best)
  }
}
