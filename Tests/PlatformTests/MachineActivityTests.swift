import Foundation
import TestSupport
import Testing

@testable import Platform

@Suite("What other programs do with the machine")
struct MachineActivityTests {
  /// Two moments, a second apart, of a machine with two processors and a hundred ticks per second.
  private func moments() -> (earlier: MachineMoment, later: MachineMoment) {
    var (earlier, later) = (MachineMoment(), MachineMoment())
    (earlier.nanoseconds, later.nanoseconds) = (5_000_000_000, 6_000_000_000)
    earlier.times = ProcessorTimes(count: 2, busy: 1000, stolen: 50, all: 4000)
    later.times = ProcessorTimes(count: 2, busy: 1120, stolen: 70, all: 4200)
    earlier.own = ProcessorUse(nanoseconds: 7_000_000_000, involuntarySwitches: 0)
    later.own = ProcessorUse(nanoseconds: 7_300_000_000, involuntarySwitches: 0)
    earlier.processes = [1: ("init", 10), 2: ("clang", 500), 3: ("python3", 40), 9: ("gone", 3)]
    later.processes = [1: ("init", 10), 2: ("clang", 560), 3: ("python3", 41), 4: ("sh", 20), 5: ("b", 2)]
    return (earlier, later)
  }

  @Test("It is what was counted between two moments, less what this process used, with the three busiest programs")
  func arithmetic() throws {
    let (earlier, later) = moments()
    let activity = try #require(MachineActivity(from: earlier, to: later))
    #expect(activity.processorCount == 2)
    #expect(abs(activity.busyProcessors - 0.9) < 1e-9)
    #expect(activity.stealShare == 0.1)
    #expect(activity.busiest.map(\.name) == ["clang", "sh", "b"])
    #expect(activity.busiest.map(\.processors) == [0.6, 0.2, 0.02])
  }

  @Test("A counter that goes back, or a system that does not count, is no activity")
  func noCounters() throws {
    var (earlier, later) = moments()
    later.times?.busy = 990
    #expect(try #require(MachineActivity(from: earlier, to: later)).busyProcessors == 0)
    #expect(MachineActivity(from: later, to: earlier) == nil)
    #expect(MachineActivity(from: earlier, to: earlier) == nil)
    earlier.times = nil
    #expect(MachineActivity(from: earlier, to: later) == nil)
  }

  @Test("A busy loop in another process is seen")
  func busyLoop() throws {
    let loop = try BusyLoop()
    defer { withExtendedLifetime(loop) {} }
    let start = MachineMoment()
    Thread.sleep(forTimeInterval: 1)
    let activity = try #require(MachineActivity(from: start, to: MachineMoment()))
    // Where others compute too, they are seen in its place.
    #expect(activity.busyProcessors > 0.2)
    #expect(activity.busyProcessors <= Double(activity.processorCount) + 0.1)
    #expect(activity.busiest.count <= 3)
    #if os(Linux)
      #expect(!activity.busiest.isEmpty)
    #endif
  }
}

@Suite("How a process is run")
struct ProcessConditionsTests {
  @Test("The nice value is that of the process")
  func niceValue() throws {
    // A child has the value of the thread that starts it, and threads of this process differ.
    let plain = try ChildProcess("/bin/sh", ["-c", "echo started; read line"])
    let child = try ChildProcess("/usr/bin/nice", ["-n", "3", "/bin/sh", "-c", "echo started; read line"])
    defer { for process in [plain, child] { process.killGroup() } }
    for process in [plain, child] { _ = process.output.availableData }
    let own = try #require(Machine.niceValue(of: plain.identifier))
    #expect(Machine.niceValue(of: child.identifier) == min(19, own + 3))
    #expect(Machine.niceValue(of: Int32.max) == nil)
  }

  @Test("The executable can be read, whatever it is called and wherever it lies")
  func executable() throws {
    let path = try #require(Machine.executable(of: getpid()))
    #expect(FileManager.default.isReadableFile(atPath: path))
    #expect(Machine.executable(of: Int32.max) == nil)
  }

  #if os(Linux)
    @Test("The processors that a process may use are those that it was bound to")
    func affinity() throws {
      let own = try #require(Machine.affinity(of: getpid()))
      let first = try #require(own.numbers.min())
      let child = try ChildProcess("/usr/bin/taskset", ["-c", "\(first)", "/bin/sh", "-c", "echo started; read line"])
      defer { child.killGroup() }
      _ = child.output.availableData
      #expect(Machine.affinity(of: child.identifier)?.numbers == [first])
    }
  #endif

  @Test(
    "A list of processors is read and written as Linux writes it",
    arguments: ["0", "0-1", "0-1,4", "1,3,5-7", "2-63"])
  func list(text: String) throws {
    #expect(try #require(ProcessorList(text)).description == text)
  }

  @Test("What is no list of processors is refused", arguments: ["", "x", "1-", "-1", "3-1", "0-1-2", "0-99999999"])
  func noList(text: String) { #expect(ProcessorList(text) == nil) }
}
