import Foundation
import Measurements
import ModelRegistry
import Promotion
import Testing

@Suite("Promotions in a roles file, where roles share models")
struct SharedModelTests {
  private static let text = """
    {
      "models": { "old": { "id": "org/old" }, "other": { "id": "org/other" } },
      "roles": { "default": { "model": "old" }, "coding": { "model": "old" }, "fast": { "model": "other" } },
      "hosts": { "here": { "resident": ["old", "other"] } }
    }

    """
  private let comparison: MeasuredComparison
  private let registry: RegistryFile

  init() throws {
    comparison = try MeasuredComparison(speed: 1.25)
    registry = RegistryFile(try comparison.folder.write(Self.text, to: "roles.json"))
  }

  private var promoter: Promoter { Promoter(store: comparison.store, registry: registry, requester: "tester") }

  private var written: String { get throws { try String(contentsOf: registry.url, encoding: .utf8) } }

  private func promote(
    move: RegistryEdit.Move, also: [Role] = [], isDryRun: Bool = false
  ) throws -> PromotionDecision {
    try promoter.promote(
      comparison.number, roles: [], move: move, weights: MeasuredComparison.measuredFiles,
      permissions: .init(isDryRun: isDryRun, also: also))
  }

  @Test("A candidate without an entry is refused, with what would work")
  func noEntry() throws {
    let error = #expect(throws: RegistryError.self) { try promote(move: .role) }
    #expect(error?.description.contains("--move model, which moves default, coding") == true)
  }

  @Test("A model moves with all its roles if the comparison's envelope decides them or they are named")
  func model() throws {
    // The policy of this registry pins nothing, so that the comparison covers its own role alone.
    try FileManager.default.removeItem(at: comparison.folder("resident.json"))
    #expect(throws: PromotionError.movesUncovered(["coding"], with: ["default"])) { try promote(move: .model) }
    let error = #expect(throws: PromotionError.self) { try promote(move: .model, also: ["coding"]) }
    guard case .envelopeTooWeak = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    let envelope = try comparison.store.session(comparison.number).session.envelopeHash
    let policy = RegistryPolicyFile(beside: registry.url)
    try policy.allow(envelope, for: "default")
    #expect(throws: PromotionError.movesUncovered(["coding"], with: ["default"])) { try promote(move: .model) }
    // Named, it still has to be decided by an envelope that the policy pins to it.
    #expect(throws: PromotionError.envelopeNotAllowed("coding", envelope, policy: policy.url.relativePath)) {
      try promote(move: .model, also: ["coding"])
    }
    try policy.allow(envelope, for: "coding")
    #expect(try promote(move: .model).action == .edited)
    #expect(try written == Self.text.replacing("\"org/old\"", with: "\"org/new\""))
    let edits = try comparison.store.registryEdits(role: nil)
    #expect(edits.map(\.role) == ["default", "coding"])
    #expect(edits.allSatisfy { $0.sharesModel && $0.edit == edits[0].edit && $0.edit != nil })
    #expect(try promote(move: .model).action == .alreadyPromoted)
  }

  @Test("Roles that moved with their model go back with it, whichever is asked for, and only once")
  func rollback() throws {
    _ = try promote(move: .model)
    let diff = try promoter.log.rollBack("coding", isDryRun: true)
    #expect(diff.description.contains("+  \"models\": { \"old\": { \"id\": \"org/old\" }"))
    _ = try promoter.log.rollBack("coding", isDryRun: false)
    #expect(try written == Self.text)
    for role in ["default", "coding"] as [Role] {
      #expect(throws: PromotionError.nothingToRollBack(role)) { try promoter.log.rollBack(role, isDryRun: false) }
    }
  }

  @Test("A second rollback goes one edit further back")
  func twice() throws {
    let entry = Self.text.replacing("\"other\": {", with: "\"new\": { \"id\": \"org/new\" }, \"other\": {")
      .replacing("[\"old\",", with: "[\"old\", \"new\",")
    try Data(entry.utf8).write(to: registry.url)
    #expect(try promote(move: .role).action == .edited)
    _ = try promoter.log.rollBack("default", isDryRun: false)
    #expect(try promote(move: .role).action == .edited)
    _ = try promoter.log.rollBack("default", isDryRun: false)
    #expect(try written == entry)
    #expect(throws: PromotionError.nothingToRollBack("default")) {
      try promoter.log.rollBack("default", isDryRun: false)
    }
  }

  @Test("A model that the host does not list is a patch for the file's owner")
  func host() throws {
    let entry = Self.text.replacing("\"other\": {", with: "\"new\": { \"id\": \"org/new\" }, \"other\": {")
    try Data(entry.utf8).write(to: registry.url)
    let decision = try promote(move: .role)
    #expect(decision.action == .needsOwner && decision.exitCode == .hold)
    #expect(decision.remarks.contains { $0.contains("the host \"here\" lists \"old\" as resident") })
    #expect(
      decision.diff?.description.contains("+  \"hosts\": { \"here\": { \"resident\": [\"old\", \"other\", \"new\"] } }")
        == true)
    #expect(try written == entry)
    #expect(try comparison.store.registryEdits(role: nil).isEmpty)
    #expect(try promote(move: .role, isDryRun: true).action == .wouldEdit)
  }
}
