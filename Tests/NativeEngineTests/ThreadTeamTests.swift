import Synchronization
import Testing

@testable import NativeEngine

@Suite("Thread team")
struct ThreadTeamTests {
  @Test("Every task is run once and barriers order the stages", arguments: [1, 2, 3, 5])
  func tasksAndBarriers(size: Int) {
    let team = ThreadTeam(size: size)
    defer { team.close() }
    for _ in 0..<200 {
      let first = Atomic<Int>(0)
      let isOrdered = Atomic<Bool>(true)
      let second = Atomic<Int>(0)
      team.run { thread in
        thread.forEachTask(17) { first.add($0 + 1, ordering: .relaxed) }
        if first.load(ordering: .relaxed) != 17 * 18 / 2 { isOrdered.store(false, ordering: .relaxed) }
        thread.barrier()
        thread.forEachTask(5) { _ in second.add(1, ordering: .relaxed) }
      }
      let (ordered, tasks) = (isOrdered.load(ordering: .relaxed), second.load(ordering: .relaxed))
      #expect(ordered)
      #expect(tasks == 5)
    }
  }

  @Test("Shares cover all rows once and in order", arguments: [1, 2, 3, 7], [0, 1, 8, 9, 100, 960])
  func shares(size: Int, rows: Int) {
    let team = ThreadTeam(size: size)
    defer { team.close() }
    let shares = Mutex<[Int: Range<Int>]>([:])
    team.run { thread in
      let share = thread.share(of: rows)
      shares.withLock { $0[thread.index] = share }
    }
    let sorted = shares.withLock { shares in (0..<size).compactMap { shares[$0] } }
    #expect(sorted.count == size)
    #expect(sorted.flatMap { Array($0) } == Array(0..<rows))
  }
}
