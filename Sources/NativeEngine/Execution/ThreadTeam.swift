import CKernels
import Foundation
import Synchronization

/// Threads that run one body together, meet at barriers, and spin for a while before they sleep.
///
/// A decoded token needs about 150 barriers in a few milliseconds: waking a sleeping thread for each would cost more
/// than the arithmetic between them. A thread that has spun in vain sleeps all the same: if another program wants the
/// cores, the scheduler can move the thread that all others wait for only to an idle core. Where that was seen to
/// happen, threads spin less for some tokens.
final class ThreadTeam: @unchecked Sendable {
  // Safe to share: `body` is written before `generation` is raised and read after it is seen raised.

  /// Threads, the caller's included.
  let size: Int

  private var body: (TeamThread) -> Void = { _ in }
  private let generation = Atomic<Int>(0)
  private let running = Atomic<Int>(0)
  private let isClosing = Atomic<Bool>(false)
  private let arrived = Atomic<Int>(0)
  private let passed = Atomic<Int>(0)
  private let nextTask = Atomic<Int>(0)
  /// By thread.
  private let sleepers: [Sleeper]

  /// Turns of a loop before a thread sleeps, each a pause of 40 to 140 cycles.
  private static let spinLimit = 1 << 12
  /// The same while cores are shared.
  private static let sharedSpinLimit = 1 << 9
  /// A thread that slept longer waited for one that another program kept from running.
  private static let preemptionNanoseconds: UInt64 = 500_000
  /// How many of its next waits are taken to be on shared cores: a few tokens.
  private static let sharedWaits = 500

  /// What one thread sleeps on.
  private final class Sleeper: Sendable {
    let isParked = Atomic<Bool>(false)
    let wake = DispatchSemaphore(value: 0)
    /// Used by the thread itself only.
    let sharedWaits = Atomic<Int>(0)
  }

  init(size: Int) {
    self.size = max(1, size)
    sleepers = (0..<self.size).map { _ in Sleeper() }
    for index in 1..<max(self.size, 1) {
      let thread = Thread { self.serve(index) }
      thread.name = "engine-\(index)"
      thread.start()
    }
  }

  /// Ends the threads, which keep the team alive until then; it is not used afterwards.
  func close() {
    guard size > 1, !isClosing.exchange(true, ordering: .sequentiallyConsistent) else { return }
    running.store(0, ordering: .relaxed)
    raise()
    waitForOthers()
  }

  /// Runs the body once on each thread and returns when all are done.
  func run(_ body: (TeamThread) -> Void) {
    nextTask.store(0, ordering: .relaxed)
    guard size > 1 else { return body(TeamThread(index: 0, team: self)) }
    withoutActuallyEscaping(body) { body in
      self.body = body
      running.store(0, ordering: .relaxed)
      raise()
      body(TeamThread(index: 0, team: self))
      waitForOthers()
      self.body = { _ in }
    }
  }

  private func raise() {
    generation.add(1, ordering: .sequentiallyConsistent)
    wakeSleepers()
  }

  private func waitForOthers() {
    wait(0) { running.load(ordering: .sequentiallyConsistent) == size - 1 }
  }

  private func serve(_ index: Int) {
    var seen = 0
    while true {
      wait(index, isIdle: true) { generation.load(ordering: .sequentiallyConsistent) != seen }
      seen = generation.load(ordering: .sequentiallyConsistent)
      let isLast = isClosing.load(ordering: .sequentiallyConsistent)
      if !isLast { body(TeamThread(index: index, team: self)) }
      if running.add(1, ordering: .sequentiallyConsistent).newValue == size - 1 { wakeSleepers() }
      if isLast { return }
    }
  }

  /// Returns when the condition holds; the thread that makes it hold calls `wakeSleepers` next.
  ///
  /// - Parameter isIdle: Whether the others may have nothing to do, so that a long sleep says nothing about the cores.
  private func wait(_ index: Int, isIdle: Bool = false, until isMet: () -> Bool) {
    let sleeper = sleepers[index]
    let sharedWaits = sleeper.sharedWaits.load(ordering: .relaxed)
    let spins = sharedWaits > 0 ? Self.sharedSpinLimit : Self.spinLimit
    if sharedWaits > 0 { sleeper.sharedWaits.store(sharedWaits - 1, ordering: .relaxed) }
    while true {
      for _ in 0..<spins {
        if isMet() { return }
        rk_relax()
      }
      sleeper.isParked.store(true, ordering: .sequentiallyConsistent)
      // The flag is cleared once: by another thread, which then signals, or by this one, which then need not sleep.
      if isMet(), sleeper.isParked.exchange(false, ordering: .sequentiallyConsistent) { return }
      let start = DispatchTime.now()
      sleeper.wake.wait()
      if !isIdle, start.uptimeNanoseconds + Self.preemptionNanoseconds < DispatchTime.now().uptimeNanoseconds {
        sleeper.sharedWaits.store(Self.sharedWaits, ordering: .relaxed)
      }
    }
  }

  private func wakeSleepers() {
    for sleeper in sleepers
    where sleeper.isParked.load(ordering: .sequentiallyConsistent)
      && sleeper.isParked.exchange(false, ordering: .sequentiallyConsistent)
    {
      sleeper.wake.signal()
    }
  }

  fileprivate func barrier(_ index: Int) {
    guard size > 1 else {
      nextTask.store(0, ordering: .relaxed)
      return
    }
    let ticket = passed.load(ordering: .sequentiallyConsistent)
    if arrived.add(1, ordering: .sequentiallyConsistent).newValue == size {
      arrived.store(0, ordering: .relaxed)
      nextTask.store(0, ordering: .relaxed)
      passed.add(1, ordering: .sequentiallyConsistent)
      wakeSleepers()
    } else {
      wait(index) { passed.load(ordering: .sequentiallyConsistent) != ticket }
    }
  }

  fileprivate func takeTask() -> Int { nextTask.add(1, ordering: .relaxed).oldValue }
}

/// One thread of a team inside `run`.
struct TeamThread {
  let index: Int
  fileprivate let team: ThreadTeam

  /// Threads of the team.
  var count: Int { team.size }

  /// Returns when every thread has reached it.
  func barrier() { team.barrier(index) }

  /// This thread's part of `count` rows, in multiples of `granularity` except at the end.
  func share(of count: Int, granularity: Int = Int(RK_ROW_BLOCK)) -> Range<Int> {
    let blocks = (count + granularity - 1) / granularity
    let begin = blocks * index / team.size * granularity
    let end = blocks * (index + 1) / team.size * granularity
    return min(begin, count)..<min(end, count)
  }

  /// Runs tasks 0..<count, each on the next free thread; ends with a barrier.
  func forEachTask(_ count: Int, _ task: (Int) -> Void) {
    while true {
      let index = team.takeTask()
      guard index < count else { break }
      task(index)
    }
    barrier()
  }
}
