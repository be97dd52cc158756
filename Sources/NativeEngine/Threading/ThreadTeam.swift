import CKernels
import Foundation
import Synchronization

/// Threads that run one body together, meet at barriers, and spin for a while before they sleep.
///
/// A decoded token needs about 150 barriers in a few milliseconds: waking a sleeping thread for each would cost more
/// than the arithmetic between them.
final class ThreadTeam: @unchecked Sendable {
  // Safe to share: `body` is written before `generation` is raised and read after it is seen raised.

  /// Threads, the caller's included.
  let size: Int

  private var body: (Lane) -> Void = { _ in }
  private let generation = Atomic<Int>(0)
  private let running = Atomic<Int>(0)
  private let isClosing = Atomic<Bool>(false)
  private let arrived = Atomic<Int>(0)
  private let passed = Atomic<Int>(0)
  private let nextTask = Atomic<Int>(0)
  private let members: [Member]

  /// About 50 microseconds of waiting in a loop.
  private static let spinLimit = 1 << 12

  private final class Member: Sendable {
    let isParked = Atomic<Bool>(false)
    let wake = DispatchSemaphore(value: 0)
  }

  init(size: Int) {
    self.size = max(1, size)
    members = (1..<self.size).map { _ in Member() }
    for (offset, member) in members.enumerated() {
      let thread = Thread { self.serve(offset + 1, member) }
      thread.name = "engine-\(offset + 1)"
      thread.start()
    }
  }

  /// Ends the threads, which keep the team alive until then; it is not used afterwards.
  func close() {
    guard size > 1, !isClosing.exchange(true, ordering: .sequentiallyConsistent) else { return }
    raise()
    wait(for: running, toReach: size - 1)
  }

  /// Runs the body once on each thread and returns when all are done.
  func run(_ body: (Lane) -> Void) {
    nextTask.store(0, ordering: .relaxed)
    guard size > 1 else { return body(Lane(index: 0, team: self)) }
    withoutActuallyEscaping(body) { body in
      self.body = body
      running.store(0, ordering: .relaxed)
      raise()
      body(Lane(index: 0, team: self))
      wait(for: running, toReach: size - 1)
      self.body = { _ in }
    }
  }

  private func raise() {
    generation.add(1, ordering: .sequentiallyConsistent)
    for member in members where member.isParked.exchange(false, ordering: .sequentiallyConsistent) {
      member.wake.signal()
    }
  }

  private func serve(_ index: Int, _ member: Member) {
    var seen = 0
    while true {
      park(member, until: seen)
      seen = generation.load(ordering: .sequentiallyConsistent)
      let isLast = isClosing.load(ordering: .sequentiallyConsistent)
      if !isLast { body(Lane(index: index, team: self)) }
      running.add(1, ordering: .acquiringAndReleasing)
      if isLast { return }
    }
  }

  /// Returns when the generation is no longer `seen`.
  private func park(_ member: Member, until seen: Int) {
    for _ in 0..<Self.spinLimit {
      if generation.load(ordering: .acquiring) != seen { return }
      rk_relax()
    }
    member.isParked.store(true, ordering: .sequentiallyConsistent)
    // Whoever clears the flag decides: the caller, who then signals, or this thread, which then need not sleep.
    if generation.load(ordering: .sequentiallyConsistent) != seen,
      member.isParked.exchange(false, ordering: .sequentiallyConsistent)
    {
      return
    }
    member.wake.wait()
  }

  private func wait(for counter: borrowing Atomic<Int>, toReach target: Int) {
    var spins = 0
    while counter.load(ordering: .acquiring) < target {
      rk_relax()
      spins += 1
      // Where the other thread has no core of its own, spinning on only keeps it from one.
      if spins > Self.spinLimit { sched_yield() }
    }
  }

  fileprivate func barrier() {
    guard size > 1 else {
      nextTask.store(0, ordering: .relaxed)
      return
    }
    let ticket = passed.load(ordering: .acquiring)
    if arrived.add(1, ordering: .acquiringAndReleasing).newValue == size {
      arrived.store(0, ordering: .relaxed)
      nextTask.store(0, ordering: .relaxed)
      passed.add(1, ordering: .releasing)
    } else {
      wait(for: passed, toReach: ticket + 1)
    }
  }

  fileprivate func takeTask() -> Int { nextTask.add(1, ordering: .relaxed).oldValue }
}

/// One thread's view of the team inside `run`.
struct Lane {
  let index: Int
  fileprivate let team: ThreadTeam

  /// Returns when every thread has come here.
  func barrier() { team.barrier() }

  /// This thread's part of `count` rows, in multiples of `granularity` but for the end.
  func share(of count: Int, granularity: Int = 8) -> Range<Int> {
    let blocks = (count + granularity - 1) / granularity
    let begin = blocks * index / team.size * granularity
    let end = blocks * (index + 1) / team.size * granularity
    return min(begin, count)..<min(end, count)
  }

  /// Runs tasks 0..<count, each on whichever thread is free; ends with a barrier.
  func forEachTask(_ count: Int, _ task: (Int) -> Void) {
    while true {
      let index = team.takeTask()
      guard index < count else { break }
      task(index)
    }
    barrier()
  }
}
