import JSON
import Store
import Testing

@testable import Runner

@Suite("Watching the machine around blocks", .serialized)
struct BlockGuardTests {
  @Test(
    "The fixed loop runs where a limit on its slowdown asks for it, whatever the other limits are",
    arguments: [
      ([], false), ([("environment", ["max_load_average": 1000])], false),
      ([("environment", ["max_steal_share": 0.25, "max_slowdown": 0.9])], true),
    ] as [([(String, JSONValue)], Bool)])
  func fixedLoop(members: [(String, JSONValue)], isAsked: Bool) async throws {
    let rounds = try ScriptedRounds()
    let number = try await rounds.run(try ScriptedRounds.envelope(cells: ["a"], members))
    let rates = try rounds.store.observations(of: number).map { $0.observation.reading.calibrationRate }
    #expect(!rates.isEmpty)
    #expect(rates.allSatisfy { ($0 != nil) == isAsked })
  }

  @Test("What a hypervisor took is a share of at least 100 ticks, and of fewer nothing is said")
  func stealShare() {
    #expect(HostWatch.stealShare(from: (10, 1000), to: (60, 1099)) == nil)
    #expect(HostWatch.stealShare(from: (10, 1000), to: (60, 1100)) == 0.5)
    #expect(HostWatch.stealShare(from: (10, 1000), to: (10, 1200)) == 0)
    // Counters may go back a little.
    #expect(HostWatch.stealShare(from: (10, 1000), to: (9, 1200)) == 0)
    #expect(HostWatch.stealShare(from: (10, 1000), to: (10, 900)) == nil)
    #expect(HostWatch.stealShare(from: nil, to: (10, 2000)) == nil)
    #expect(HostWatch.stealShare(from: (10, 1000), to: nil) == nil)
  }
}
