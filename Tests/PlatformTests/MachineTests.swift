import Foundation
import Testing

@testable import Platform

@Suite("What the machine tells")
struct MachineTests {
  @Test("This process holds memory and runs")
  func ownFigures() throws {
    let figures = try #require(Machine.figures(of: getpid()))
    #expect(figures.memoryBytes > 1_000_000)
    #expect(figures.memoryBytes < Machine.memoryByteCount)
    #expect(!figures.isStopped)
  }

  @Test("Nothing is known of a process that does not exist")
  func noFigures() { #expect(Machine.figures(of: Int32.max) == nil) }

  @Test("Free memory is part of the memory, and swap is not negative")
  func memory() {
    #expect((1...Machine.memoryByteCount).contains(Machine.freeMemoryByteCount))
    #expect(Machine.swapByteCount >= 0)
  }

  @Test("The wall clock agrees with Foundation's, and the other clock goes on")
  func clocks() {
    #expect(abs(Machine.wallSeconds - Date().timeIntervalSince1970) < 5)
    let before = Machine.sleepingNanoseconds
    #expect(Machine.sleepingNanoseconds >= before)
  }

  @Test("A folder has room, and a missing one tells nothing")
  func disk() {
    #expect((Machine.freeDiskByteCount(at: "/") ?? -1) >= 0)
    #expect(Machine.freeDiskByteCount(at: "/nowhere") == nil)
  }
}
