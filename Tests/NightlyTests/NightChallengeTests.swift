import Measurements
import ModelRegistry
import Store
import Testing

@testable import Nightly

/// Real worker processes that play scripts, a real database and a registry.
@Suite("Challenges of a night", .serialized)
struct NightChallengeTests {
  @Test("A night keeps its comparisons, and no screening, in the ledger beside the registry")
  func kept() async throws {
    let folder = try NightFolder()
    try folder.model("new")
    _ = try await folder.night(try folder.plan(["new"]))
    let sessions = try folder.store.sessions().map { try folder.store.session($0.number).session }
    let comparison = try #require(sessions.first { $0.resident != nil })
    let records = try ChallengeLedgerFile(beside: folder.host.registry.url).read().records
    #expect(sessions.count == 2 && records.map(\.session) == [comparison.uuid])
    #expect(comparison.challenge == 1 && records.first?.number == 1 && records.first?.resident.model == "old")
  }
}
