import Envelopes
import Foundation
import ModelRegistry
import Promotion
import Store
import Testing

@Suite("Promoter")
struct PromoterTests {
  @Test("A win edits the one value and records who asked; asked for again, it was made already")
  func win() throws {
    let comparison = try MeasuredComparison(speed: 1.25)
    let decision = try comparison.promoter.promote(comparison.number, roles: ["default"])
    #expect(decision.action == .edited)
    #expect(decision.exitCode == .promoted)
    #expect(
      try comparison.registryText
        == MeasuredComparison.registryText.replacingOccurrences(
          of: #""default": "org/old""#, with: #""default": "org/new""#))
    let edit = try #require(try comparison.store.registryEdits(role: "default").first)
    #expect(edit.from == "org/old" && edit.to == "org/new")
    #expect(edit.state == .done && edit.requestedBy == "tester" && edit.comparison == comparison.number)
    let again = try comparison.promoter.promote(comparison.number, roles: [])
    #expect(again.action == .alreadyPromoted && again.exitCode == .promoted && again.diff == nil)
    #expect(try comparison.store.registryEdits(role: nil).count == 1)
    // Another role of the same edit is still to be moved.
    #expect(try comparison.promoter.promote(comparison.number, roles: ["default", "coding"]).action == .edited)
    #expect(try comparison.store.registryEdits(role: nil).map(\.role) == ["default", "coding"])
  }

  @Test("Without a number it is the newest finished comparison for a role, of this host if one is named")
  func newest() throws {
    let comparison = try MeasuredComparison(speed: 1.25)
    #expect(try comparison.promoter.newestComparison(on: nil) == comparison.number)
    #expect(try comparison.promoter.newestComparison(on: MeasuredComparison.host.fingerprint) == comparison.number)
    #expect(throws: PromotionError.nothingToPromote) { try comparison.promoter.newestComparison(on: "another") }
  }

  @Test("A dry run shows the patch and changes nothing")
  func dryRun() throws {
    let comparison = try MeasuredComparison(speed: 1.25)
    let decision = try comparison.promoter.promote(
      comparison.number, roles: ["default"], permissions: .init(isDryRun: true))
    #expect(decision.action == .wouldEdit)
    #expect(decision.diff?.description.contains("+\t\"models\": {\"default\": \"org/new\"") == true)
    #expect(try comparison.registryText == MeasuredComparison.registryText)
    #expect(try comparison.store.registryEdits(role: nil).isEmpty)
    #expect(try comparison.store.verdicts(of: comparison.number).isEmpty)
  }

  @Test("No win changes nothing", arguments: [1.0, 0.8])
  func noWin(speed: Double) throws {
    let comparison = try MeasuredComparison(speed: speed)
    let decision = try comparison.promoter.promote(comparison.number, roles: ["default"])
    #expect(decision.exitCode == .hold)
    #expect(try comparison.registryText == MeasuredComparison.registryText)
  }

  @Test("A provisional win waits if the envelope asks for a final one, unless it is overridden")
  func maturity() throws {
    let comparison = try MeasuredComparison(speed: 1.25, comparisonsNeeded: 4, allowsProvisional: false)
    let decision = try comparison.promoter.promote(comparison.number, roles: ["default"])
    #expect(decision.action == .needsMaturity)
    #expect(decision.exitCode == .hold)
    #expect(try comparison.registryText == MeasuredComparison.registryText)
    let overridden = try comparison.promoter.promote(
      comparison.number, roles: ["default"], permissions: .init(allowsProvisional: true))
    #expect(overridden.action == .edited)
  }

  @Test(
    "A win is promoted no more once the same models were compared again with another outcome", arguments: [1.0, 0.5])
  func superseded(speed: Double) throws {
    let comparison = try MeasuredComparison(speed: 1.25)
    let envelope = try Envelope(source: comparison.store.session(comparison.number).envelope)
    let session = MeasuredComparison.session(under: envelope, startedAt: 1_700_100_000)
    let later = try comparison.store.open(session, envelope: envelope.source)
    try MeasuredComparison.measure(
      [MeasuredComparison.run(.resident, "org/old"), MeasuredComparison.run(.candidate, "org/new")], speed: speed,
      into: comparison.store, later)
    // Not judged yet, it says nothing.
    #expect(
      try comparison.promoter.promote(comparison.number, roles: [], permissions: .init(isDryRun: true)).action
        == .wouldEdit)
    let verdict = try comparison.promoter.promote(later, roles: []).verdict
    #expect(verdict.outcome != .promote)
    #expect(
      throws: PromotionError.superseded(comparison.number, by: session.uuid, outcome: verdict.outcome.rawValue)
    ) { try comparison.promoter.promote(comparison.number, roles: []) }
    #expect(try comparison.registryText == MeasuredComparison.registryText)
  }

  @Test("Another role than the measured one is refused")
  func otherRole() throws {
    let comparison = try MeasuredComparison(speed: 1.25)
    #expect(throws: PromotionError.otherRole(asked: ["coding"], measured: "default")) {
      try comparison.promoter.promote(comparison.number, roles: ["coding"])
    }
  }

  @Test("A registry that cannot be written leaves an abandoned edit in the log")
  func unwritable() throws {
    let comparison = try MeasuredComparison(speed: 1.25)
    let broken = RegistryFile(comparison.registry.url) { step throws(RegistryError) in
      if step == .temporaryWritten { throw RegistryError.emptyEdit }
    }
    let promoter = Promoter(store: comparison.store, registry: broken, requester: "tester")
    #expect(throws: RegistryError.self) {
      try promoter.promote(comparison.number, roles: ["default"])
    }
    #expect(try comparison.store.registryEdits(role: nil).map(\.state) == [.abandoned])
    #expect(try comparison.registryText == MeasuredComparison.registryText)
  }

  @Test("The same verdict is kept once")
  func verdictHistory() throws {
    let comparison = try MeasuredComparison(speed: 1.0)
    for _ in 0..<3 { _ = try comparison.promoter.promote(comparison.number, roles: ["default"]) }
    #expect(try comparison.store.verdicts(of: comparison.number).count == 1)
  }
}
