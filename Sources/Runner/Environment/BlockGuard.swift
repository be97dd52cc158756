import Envelopes
import Foundation
import Measurements
import Platform
import Store

/// Watches the machine around each block, records what it saw, and decides which blocks must not count.
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
  mutating func begin(_ models: [ModelUnderTest]) async {
    var workers: [MemoryTrace.Subject: Int32] = [:]
    for model in models {
      guard let worker = await model.worker else { continue }
      workers[model.contender.side == .resident ? .resident : .candidate] = worker.process.processIdentifier
    }
    let reading = HostReading(
      loadAverage: Machine.loadAverage, freeMemoryBytes: Machine.freeMemoryByteCount,
      swapBytes: Machine.swapByteCount, temperature: Machine.temperature, isOnMains: Machine.isOnMains,
      calibrationRate: limits?.slowdown == nil ? nil : CalibrationLoop.rate())
    best = [best, reading.calibrationRate].compactMap(\.self).max()
    self.reading = reading
    watch.begin(workers: workers)
  }

  /// Ends watching and records what was seen.
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

extension EnvironmentLimits {
  /// Why a block that found the machine like this does not count, or nil.
  ///
  /// A quantity that the system does not report violates no limit, except mains power, which an envelope asks for
  /// explicitly.
  ///
  /// - Parameter best: The highest calibration rate of the session so far.
  func violation(in reading: HostReading, best: Double?) -> String? {
    var reasons: [String] = []
    if let loadAverage, reading.loadAverage > loadAverage {
      reasons.append("load average \(Self.figure(reading.loadAverage)), at most \(Self.figure(loadAverage)) allowed")
    }
    if let stealShare, let seen = reading.stealShare, seen > stealShare {
      reasons.append(
        "\(Self.percent(seen)) of processor time stolen by the hypervisor, at most \(Self.percent(stealShare)) allowed")
    }
    if let freeMemoryBytes, reading.freeMemoryBytes < freeMemoryBytes {
      reasons.append(
        "\(Self.megabytes(reading.freeMemoryBytes)) of memory free, at least \(Self.megabytes(freeMemoryBytes)) asked for"
      )
    }
    if let swapBytes, reading.swapBytes > swapBytes {
      reasons.append(
        "\(Self.megabytes(reading.swapBytes)) of swap in use, at most \(Self.megabytes(swapBytes)) allowed")
    }
    if let temperature, let seen = reading.temperature, seen > temperature {
      reasons.append("\(Self.figure(seen)) °C, at most \(Self.figure(temperature)) °C allowed")
    }
    if needsMains, reading.isOnMains != true {
      reasons.append(reading.isOnMains == false ? "on battery" : "the system does not report whether it is on mains")
    }
    if let slowdown, let best, let rate = reading.calibrationRate, rate < best * (1 - slowdown) {
      reasons.append(
        "a fixed loop ran \(Self.percent(1 - rate / best)) slower than before, at most \(Self.percent(slowdown)) allowed"
      )
    }
    return reasons.isEmpty ? nil : "the machine was outside the envelope's limits: " + reasons.joined(separator: "; ")
  }

  private static func figure(_ value: Double) -> String { String(format: "%.2f", value) }
  private static func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
  private static func megabytes(_ bytes: Int) -> String { String(format: "%.0f MB", Double(bytes) / 1e6) }
}

/// A fixed computation that shows how fast the processor is right now.
enum CalibrationLoop {
  static let duration: UInt64 = 200_000_000

  /// Steps per second over 200 ms in one thread: Marsaglia's generator xorshift64, which memory cannot slow down.
  static func rate() -> Double {
    let start = Machine.monotonicNanoseconds
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    var steps = 0
    var elapsed: UInt64 = 0
    repeat {
      for _ in 0..<10_000 {
        state ^= state &<< 13
        state ^= state &>> 7
        state ^= state &<< 17
      }
      steps += 10_000
      elapsed = Machine.monotonicNanoseconds - start
    } while elapsed < duration
    // Uses the result, so that the loop is not optimized away; the generator never reaches zero.
    return state == 0 ? 0 : Double(steps) / (Double(elapsed) * 1e-9)
  }
}
