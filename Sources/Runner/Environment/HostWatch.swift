import Dispatch
import Foundation
import Measurements
import Platform
import Synchronization

/// Looks at the host and the workers once per second, on a background queue.
///
/// One span is watched at a time: a block, a task or a loop.
final class HostWatch: Sendable {
  /// What was seen between `begin` and `end`.
  struct Span: Sendable {
    var traces: [MemoryTrace]
    /// The share of processor time that a hypervisor took; nil if none is reported or the span was too short to tell.
    var stealShare: Double?
    /// Seconds by which the wall clock moved on its own since the end of the span before.
    var clockJump: Double
    /// That the program, a worker or the whole machine stood still, or nil.
    var standstill: String?
  }

  private struct State {
    var workers: [MemoryTrace.Subject: Int32] = [:]
    var values: [MemoryTrace.Subject: [Int64]] = [:]
    var stopped: Set<MemoryTrace.Subject> = []
    var startedAt = 0.0
    var lastTick: UInt64 = 0
    /// Nanoseconds by which the clock that counts sleep was ahead of the one that does not.
    var slept: UInt64 = 0
    var longestGap: UInt64 = 0
    var ticks: (stolen: UInt64, all: UInt64)?
    var isWatching = false
  }

  /// Two clocks at one moment.
  private struct Moment {
    var wall = Machine.wallSeconds
    var other = Machine.bootNanoseconds

    /// Seconds by which the wall clock went further than the other one.
    func jump(since earlier: Moment) -> Double {
      wall - earlier.wall - Double(HostWatch.gap(earlier.other, other)) * 1e-9
    }
  }

  private let state = Mutex(State())
  /// Apart from the state: the clock may be set between two spans.
  private let lastEnd = Mutex(Moment())
  // Only kept alive: releasing it would stop the timer.
  private nonisolated(unsafe) let timer: any DispatchSourceTimer

  /// A gap between two looks beyond which the program must have stood still: a busy machine delays by less.
  private static let longestUsualGap: UInt64 = 5_000_000_000
  /// Processor time is counted in ticks of usually 10 ms: of fewer, a single one is more than a hundredth.
  private static let fewestTicks: UInt64 = 100

  init() {
    timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "host-watch", qos: .utility))
    timer.schedule(deadline: .now() + 1, repeating: 1)
    timer.setEventHandler { [weak self] in self?.look() }
    timer.resume()
  }

  deinit { timer.cancel() }

  /// Starts a span with a first look.
  ///
  /// - Parameter workers: The process identifiers of the workers.
  func begin(workers: [MemoryTrace.Subject: Int32]) {
    let (now, ticks) = (Machine.bootNanoseconds, Machine.processorTicks)
    state.withLock {
      $0 = State(
        workers: workers, startedAt: Machine.wallSeconds, lastTick: now, slept: Self.sleep(now),
        ticks: ticks, isWatching: true)
    }
    look()
  }

  /// Ends the span.
  func end() -> Span {
    let (moment, ticks) = (Moment(), Machine.processorTicks)
    let now = moment.other
    let clockJump = lastEnd.withLock { last in
      defer { last = moment }
      return moment.jump(since: last)
    }
    return state.withLock { state in
      defer { state.isWatching = false }
      state.longestGap = max(state.longestGap, Self.gap(state.lastTick, now))
      let traces = state.values.sorted { $0.key.rawValue < $1.key.rawValue }.map {
        MemoryTrace(subject: $0.key, startedAt: state.startedAt, values: $0.value)
      }
      let slept = Self.sleep(now) &- state.slept
      return Span(
        traces: traces, stealShare: Self.stealShare(from: state.ticks, to: ticks), clockJump: clockJump,
        standstill: Self.standstill(state, slept: Int64(bitPattern: slept)))
    }
  }

  /// The share of processor time that was stolen between two readings; nil if there are not two, or too few ticks between
  /// them.
  static func stealShare(
    from earlier: (stolen: UInt64, all: UInt64)?, to later: (stolen: UInt64, all: UInt64)?
  ) -> Double? {
    guard let earlier, let later else { return nil }
    let passed = gap(earlier.all, later.all)
    return passed < fewestTicks ? nil : Double(gap(earlier.stolen, later.stolen)) / Double(passed)
  }

  private static func standstill(_ state: State, slept: Int64) -> String? {
    func seconds(_ nanoseconds: Int64) -> String { "\(nanoseconds / 1_000_000_000) s" }
    if slept > 1_000_000_000 { return "the machine slept for \(seconds(slept))" }
    if state.longestGap > longestUsualGap {
      return "the program stood still for \(seconds(Int64(state.longestGap)))"
    }
    guard !state.stopped.isEmpty else { return nil }
    return "the worker of the \(state.stopped.map(\.rawValue).sorted().joined(separator: " and the ")) was stopped"
  }

  private func look() {
    guard let workers = state.withLock({ $0.isWatching ? $0.workers : nil }) else { return }
    var values: [MemoryTrace.Subject: Int64] = [
      .hostFree: Int64(Machine.freeMemoryByteCount), .swap: Int64(max(0, Machine.swapByteCount)),
    ]
    if let pressure = Machine.memoryPressure { values[.pressure] = Int64(pressure * 100) }
    var stopped: Set<MemoryTrace.Subject> = []
    for (subject, process) in workers {
      guard let figures = Machine.figures(of: process) else { continue }
      values[subject] = Int64(figures.memoryBytes)
      if figures.isStopped { stopped.insert(subject) }
    }
    let now = Machine.bootNanoseconds
    state.withLock { state in
      guard state.isWatching else { return }
      for (subject, value) in values { state.values[subject, default: []].append(value) }
      state.stopped.formUnion(stopped)
      state.longestGap = max(state.longestGap, Self.gap(state.lastTick, now))
      state.lastTick = max(state.lastTick, now)
    }
  }

  /// From one moment to a later one; the timer's thread may have looked after the caller read the clock.
  private static func gap(_ earlier: UInt64, _ later: UInt64) -> UInt64 { later > earlier ? later - earlier : 0 }

  private static func sleep(_ now: UInt64) -> UInt64 { now &- Machine.monotonicNanoseconds }
}
