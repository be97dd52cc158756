import Envelopes
import Foundation
import Measurements
import TestSupport
import Testing

@testable import Runner

@Suite("A quiet machine", .serialized)
struct QuietMachineTests {
  private func busy(_ body: () async throws -> Void) async throws {
    let loop = try BusyLoop()
    defer { withExtendedLifetime(loop) {} }
    try await body()
  }

  @Test("Beside a busy loop, a look of a second sees it")
  func look() async throws {
    try await busy {
      let activity = try #require(try await QuietMachine.look())
      #expect(!activity.isQuiet)
      #expect(activity.text.hasPrefix("other programs use "))
      #expect(activity.text.contains(" of \(activity.processorCount) processors (load "))
    }
  }

  @Test("Waiting beside a busy loop ends at the limit, with what still runs")
  func limit() async throws {
    try await busy {
      var reports = 0
      do {
        _ = try await QuietMachine.wait(atMost: 0.03) { _ in reports += 1 }
        Issue.record("the machine was quiet")
      } catch RunnerError.machineBusy(let minutes, let activity) {
        #expect(minutes == 0.03 && !activity.isQuiet)
        #expect("\(RunnerError.machineBusy(minutes: minutes, activity))".contains(activity.text))
      }
      #expect(reports == 1)
    }
  }

  @Test("Cancelling ends the wait")
  func cancel() async throws {
    try await busy {
      let wait = Task { try await QuietMachine.wait(atMost: 10) }
      try await Task.sleep(for: .milliseconds(100))
      wait.cancel()
      await #expect(throws: CancellationError.self) { try await wait.value }
    }
  }

  @Test("Envelopes by rounds have a limit on stolen time of their own, and none on load")
  func roundsDefault() throws {
    var envelope = try ScriptedRounds.envelope()
    envelope.environment = nil
    let limits = try #require(envelope.limits)
    var reading = HostReading(loadAverage: 40, stealShare: 0.24, freeMemoryBytes: 0, swapBytes: 1 << 40)
    #expect(limits.violation(in: reading, best: 1) == nil)
    reading.stealShare = 0.26
    #expect(limits.violation(in: reading, best: 1)?.contains("stolen by the hypervisor") == true)
    #expect(try TestEnvelope.make().limits == nil)
    let own = try ScriptedRounds.envelope([("environment", ["max_load_average": 3])]).limits
    #expect(own?.loadAverage == 3 && own?.stealShare == nil)
  }
}
