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
    let error = PromotionError.envelopeTooWeak(
      "default", envelope, "it has schema 1, and schema 2, which guards all that is measured, is needed")
    for isDryRun in [true, false] {
      #expect(throws: error) {
        try comparison.promoter.promote(
          comparison.number, roles: ["default"], permissions: .init(isDryRun: isDryRun))
      }
    }
    #expect(try comparison.registryText == MeasuredComparison.registryText)
    #expect(error.description.contains("resident registry allow default FILE"))
  }

  @Test(
    "The floor is schema 2 at a confidence of 0.95, with rules on answers and stalls; the envelopes for real use reach it"
  )
  func floor() throws {
    #expect(try EnvelopeFloor.problem(with: Envelope(source: MeasuredComparison.envelope(confidence: 0.99))) != nil)
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../envelopes")
    func shipped(_ name: String) throws -> Envelope {
      try Envelope(contentsOf: folder.appendingPathComponent("\(name).json"))
    }
    for name in ["nightly", "lane-ab", "smoke", "router", "tool-loop", "tool-loop-small"] {
      let envelope = try shipped(name)
      #expect(EnvelopeFloor.problem(with: envelope) == nil, "\(name)")
      var weaker = envelope
      weaker.promotion.confidence = 0.94
      #expect(EnvelopeFloor.problem(with: weaker)?.contains("0.94") == true)
      weaker = envelope
      weaker.promotion.guardrails.removeAll { $0.metric.comparison != .ratio }
      #expect(EnvelopeFloor.problem(with: weaker)?.contains("answers nothing right") == true, "\(name)")
    }
    var stalling = try shipped("nightly")
    stalling.promotion.guardrails.removeAll { $0.metric == .totalTime }
    #expect(EnvelopeFloor.problem(with: stalling)?.contains("stalls") == true)
    // It watches memory, and asks for no answers.
    #expect(try EnvelopeFloor.problem(with: shipped("endurance"))?.contains("answers nothing right") == true)
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
    let source = RegistryFile(try elsewhere.write("{ models = { default = \"org/old\"; }; }\n", to: "registry.nix"))
    try expectRefusal(
      ["default"], Promoter(store: comparison.store, registry: source, requester: "tester", policy: policy),
      of: "default")
  }

  @Test("A policy that cannot be read allows nothing", arguments: ["", "{}", "{\"roles\": {\"default\": {}}}", "[]"])
  func unreadable(text: String) throws {
    try comparison.folder.write(text, to: "resident.json")
    #expect(throws: RegistryError.self) { try comparison.promoter.promote(comparison.number, roles: ["default"]) }
    try FileManager.default.removeItem(at: policy.url)
    try FileManager.default.createSymbolicLink(at: policy.url, withDestinationURL: comparison.folder("nothing"))
    #expect(throws: RegistryError.self) { try comparison.promoter.promote(comparison.number, roles: ["default"]) }
    #expect(try comparison.registryText == MeasuredComparison.registryText)
  }

  /// Each with what is said where it is not met.
  static let asked: [(String, String?)] = [
    (#""proof": "hashed", "names": ["org/*"], "licenses": ["mit", "Apache-2.0"], "memory_budget_bytes": 1000000"#, nil),
    (#""tier": "interactive", "first_token_seconds": 0.1"#, nil),
    (#""tier": "overnight""#, nil),
    (#""names": ["mlx-community/*", "org/ne"]"#, "org/new matches none of the names mlx-community/*, org/ne"),
    (#""licenses": ["mit"]"#, "org/new has the licence Apache-2.0; allowed are mit"),
    (#""memory_budget_bytes": 999999"#, "org/new took up to 1.0 MB, and the budget is 1.0 MB"),
    (
      #""tier": "interactive", "decode_tokens_per_second": 1e3"#,
      "in cell short the candidate decodes"
    ),
    (#""tier": "interactive", "first_token_seconds": 0.001"#, "the first token takes"),
  ]

  @Test("What the owner asks for is met or named, and a dry run says the same", arguments: asked)
  func conditions(_ members: String, _ problem: String?) throws {
    try comparison.folder.write(
      #"{"roles": {"*": {"envelopes": ["\#(envelope)"]}, "default": {\#(members)}}}"#, to: "resident.json")
    let weights = WeightInspector(license: { _ in "Apache-2.0" }) { model, _ in MeasuredComparison.files(of: model) }
    for isDryRun in [true, false] {
      do {
        let decision = try comparison.promoter.promote(
          comparison.number, roles: [], weights: weights, permissions: .init(isDryRun: isDryRun))
        #expect(problem == nil && decision.action == (isDryRun ? .wouldEdit : .edited))
      } catch let error as PromotionError {
        guard case .policyForbids("default", let found, _) = error, let problem else { throw error }
        #expect(found.contains(problem), "\(found)")
        #expect(try comparison.registryText == MeasuredComparison.registryText)
      }
    }
  }

  @Test("Less proof than the policy asks for is refused, and so is a model without a licence")
  func proof() throws {
    let served = try MeasuredComparison(speed: 1.25, proof: .fingerprint, isPinned: false)
    let envelope = try served.store.session(served.number).session.envelopeHash
    for (members, problem) in [
      (#""proof": "process""#, "the weights of org/new are proven by fingerprint, which is less than process"),
      (#""licenses": ["mit"]"#, "org/new names no licence in its model card (README.md); allowed are mit"),
    ] {
      try served.folder.write(
        #"{"roles": {"*": {"envelopes": ["\#(envelope)"], \#(members)}}}"#, to: "resident.json")
      let error = #expect(throws: PromotionError.self) { try served.promoter.promote(served.number, roles: []) }
      guard case .policyForbids("default", problem, _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test("The policy's maturity holds whatever the envelope allows, and no permission overrides it")
  func maturity() throws {
    try comparison.folder.write(
      #"{"roles": {"*": {"envelopes": ["\#(envelope)"], "maturity": {"comparisons": 2}}}}"#, to: "resident.json")
    for allowsProvisional in [false, true] {
      let decision = try comparison.promoter.promote(
        comparison.number, roles: [], permissions: .init(allowsProvisional: allowsProvisional))
      #expect(decision.action == .needsMaturity && decision.exitCode == .hold)
    }
    #expect(try comparison.registryText == MeasuredComparison.registryText)
  }

  @Test("Roles that move together are moved together, and only listed hosts count")
  func company() throws {
    let host = MeasuredComparison.host.fingerprint
    let base = #""roles": {"*": {"envelopes": ["\#(envelope)"]}}, "move_together": [["default", "coding"]]"#
    try comparison.folder.write("{\(base), \"hosts\": [\"\(String(repeating: "b", count: 64))\"]}", to: "resident.json")
    let error = #expect(throws: PromotionError.self) { try comparison.promoter.promote(comparison.number, roles: []) }
    #expect(error?.description.contains("the comparison was measured on the host \(host.prefix(12))") == true)
    // A listed host counts on another one as well.
    try comparison.folder.write("{\(base), \"hosts\": [\"\(host)\"]}", to: "resident.json")
    let decision = try comparison.promoter.promote(
      comparison.number, roles: [], permissions: .init(hostFingerprint: String(repeating: "c", count: 64)))
    #expect(decision.action == .edited)
    #expect(try comparison.registryText == MeasuredComparison.registryText.replacing("org/old", with: "org/new"))
  }
}
