import Foundation
import Testing

@testable import Platform

@Suite("Machine")
struct MachineTests {
  @Test("This process holds memory and runs")
  func ownFigures() throws {
    let figures = try #require(Machine.figures(of: getpid()))
    #expect(figures.memoryBytes > 1_000_000)
    #expect(figures.memoryBytes < Machine.memoryByteCount)
    #expect(!figures.isStopped)
  }

  @Test("A process that does not exist has no figures")
  func noFigures() { #expect(Machine.figures(of: Int32.max) == nil) }

  @Test("Free memory is part of the memory, and swap is not negative")
  func memory() {
    #expect((1...Machine.memoryByteCount).contains(Machine.freeMemoryByteCount))
    #expect(Machine.swapByteCount >= 0)
  }

  @Test("The last cache, where the system reports it, is larger than a first-level one and smaller than the memory")
  func lastCache() {
    guard let bytes = Machine.lastCacheByteCount else { return }
    #expect((128 << 10..<Machine.memoryByteCount).contains(bytes))
  }

  @Test("The wall clock agrees with Foundation's, and the two others advance by a real interval")
  func clocks() {
    #expect(abs(Machine.wallSeconds - Date().timeIntervalSince1970) < 5)
    let before = (boot: Machine.bootNanoseconds, monotonic: Machine.monotonicNanoseconds)
    #expect(before.boot > 0 && before.monotonic > 0)
    Thread.sleep(forTimeInterval: 0.02)
    #expect(Machine.bootNanoseconds >= before.boot + 15_000_000)
    #expect(Machine.monotonicNanoseconds >= before.monotonic + 15_000_000)
  }

  @Test("Work takes processor time")
  func processorUse() {
    let (use, start) = (Machine.processorUse, Machine.monotonicNanoseconds)
    while Machine.monotonicNanoseconds - start < 50_000_000 {}
    // Other tests run in this process, so there is no upper limit.
    #expect((Machine.processorUse - use).nanoseconds > 0)
    #expect((Machine.processorUse - use).involuntarySwitches >= 0)
  }

  @Test("Huge pages are part of the memory")
  func hugePages() { #expect((0...Machine.memoryByteCount).contains(Machine.hugePageByteCount ?? 0)) }

  @Test("A folder has room, and a missing one is nil")
  func disk() {
    #expect((Machine.freeDiskByteCount(at: "/") ?? -1) >= 0)
    #expect(Machine.freeDiskByteCount(at: "/nowhere") == nil)
  }
}
