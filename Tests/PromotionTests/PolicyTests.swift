import Envelopes
import Foundation
import Measurements
import ModelRegistry
import TestSupport
import Testing

@testable import Promotion

@Suite("Envelopes that a registry's policy pins")
struct PolicyTests {
  private let comparison: MeasuredComparison
  private let policy: RegistryPolicyFile
  private let envelope: EnvelopeHash

  init() throws {
    comparison = try MeasuredComparison(speed: 1.25, isPinned: false)
    policy = RegistryPolicyFile(beside: comparison.registry.url)
    envelope = try comparison.store.session(comparison.number).session.envelopeHash
  }

  private func expectRefusal(
    _ roles: [Role], _ promoter: Promoter? = nil, of role: Role, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let error = PromotionError.envelopeNotAllowed(role, envelope, policy: policy.url.relativePath)
    for isDryRun in [true, false] {
      #expect(throws: error, sourceLocation: sourceLocation) {
        try (promoter ?? comparison.promoter).promote(
          comparison.number, roles: roles, permissions: .init(isDryRun: isDryRun))
      }
    }
    #expect(try comparison.registryText == MeasuredComparison.registryText)
    #expect(error.description.contains(envelope.rawValue) && error.description.contains("registry allow \(role)"))
  }

  @Test("A weak envelope wins nothing where another is pinned, and wins once it is allowed")
  func weakEnvelope() throws {
    try policy.allow(EnvelopeHash(rawValue: String(repeating: "0", count: 64)), for: "default")
    try expectRefusal(["default"], of: "default")
    try policy.allow(envelope, for: "default")
    #expect(try comparison.promoter.promote(comparison.number, roles: ["default"]).action == .edited)
  }

  @Test("Without a policy, an envelope of blocks wins nothing, and what to do is said")
  func noPolicy() throws {
    let error = PromotionError.envelopeTooWeak("default", envelope, schema: 1, confidence: 0.95)
    for isDryRun in [true, false] {
      #expect(throws: error) {
        try comparison.promoter.promote(
          comparison.number, roles: ["default"], permissions: .init(isDryRun: isDryRun))
      }
    }
    #expect(try comparison.registryText == MeasuredComparison.registryText)
    #expect(error.description.contains("resident registry allow default FILE"))
  }

  @Test("The floor is schema 2 at a confidence of 0.95, and the shipped envelopes for real use reach it")
  func floor() throws {
    #expect(try !EnvelopeFloor.holds(Envelope(source: MeasuredComparison.envelope(confidence: 0.99))))
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../envelopes")
    for name in ["nightly", "lane-ab", "smoke"] {
      let envelope = try Envelope(contentsOf: folder.appendingPathComponent("\(name).json"))
      #expect(EnvelopeFloor.holds(envelope), "\(name)")
      var weaker = envelope
      weaker.promotion.confidence = 0.94
      #expect(!EnvelopeFloor.holds(weaker))
    }
  }

  @Test("Each role of an edit needs the envelope; the entry of every role is enough for all")
  func severalRoles() throws {
    try policy.allow(envelope, for: "default")
    try expectRefusal(["default", "coding"], of: "coding")
    try policy.allow(envelope, for: RegistryPolicy.everyRole)
    #expect(try comparison.promoter.promote(comparison.number, roles: ["default", "coding"]).action == .edited)
  }

  @Test("A link to the registry and a source beside another folder find the same policy")
  func otherPaths() throws {
    try policy.allow(EnvelopeHash(rawValue: String(repeating: "0", count: 64)), for: "default")
    let elsewhere = try TemporaryFolder()
    let link = elsewhere("registry.json")
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: comparison.registry.url)
    let promoter = Promoter(store: comparison.store, registry: RegistryFile(link), requester: "tester")
    try expectRefusal(["default"], promoter, of: "default")
    let source = NixSourceFile(try elsewhere.write("{ models = { default = \"org/old\"; }; }\n", to: "registry.nix"))
    try expectRefusal(
      ["default"], Promoter(store: comparison.store, registry: source, requester: "tester", policy: policy),
      of: "default")
  }

  @Test("A policy that cannot be read allows nothing", arguments: ["", "{}", "{\"roles\": {\"default\": {}}}", "[]"])
  func unreadable(text: String) throws {
    try comparison.folder.write(text, to: "registry.policy.json")
    #expect(throws: RegistryError.self) { try comparison.promoter.promote(comparison.number, roles: ["default"]) }
    try FileManager.default.removeItem(at: policy.url)
    try FileManager.default.createSymbolicLink(at: policy.url, withDestinationURL: comparison.folder("nothing"))
    #expect(throws: RegistryError.self) { try comparison.promoter.promote(comparison.number, roles: ["default"]) }
    #expect(try comparison.registryText == MeasuredComparison.registryText)
  }
}
