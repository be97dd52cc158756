import Foundation
import Measurements
import TestSupport
import Testing

@testable import ModelRegistry

@Suite struct RegistryPolicyTests {
  private static let one = EnvelopeHash(rawValue: String(repeating: "1", count: 64))
  private static let two = EnvelopeHash(rawValue: String(repeating: "2", count: 64))
  private let folder: TemporaryFolder
  private let registry: URL

  init() throws {
    folder = try TemporaryFolder()
    registry = try folder.write("{\"models\":{\"default\":\"o/a\"}}", to: "registry.json")
  }

  @Test("It is created beside the registry, grows, and lists an envelope once")
  func allows() throws {
    let file = RegistryPolicyFile(beside: registry)
    #expect(try file.read() == nil)
    try file.allow(Self.one, for: "default")
    try file.allow(Self.two, for: RegistryPolicy.everyRole)
    try file.allow(Self.one, for: "default")
    #expect(folder.names == ["registry.json", "resident.json"])
    let policy = try #require(try file.read())
    #expect(policy.entries.map(\.role) == ["default", "*"])
    #expect(policy.envelopes(for: "default") == [Self.one, Self.two])
    #expect(policy.envelopes(for: "coding") == [Self.two])
    let text = try folder.text(of: "resident.json")
    #expect(text.hasPrefix("{\n  \"roles\": {\n    \"default\": {\n      \"envelopes\": [\n        \"1111"))
  }

  @Test("What is no policy is refused, and kept by an edit")
  func malformed() throws {
    let texts = [
      "", "[]", "{}", #"{"roles": []}"#, #"{"roles": {"default": {"envelope": []}}}"#,
      #"{"roles": {"default": {"envelopes": ["abc"]}}}"#, #"{"roles": {"default": {"envelopes": [1]}}}"#,
      #"{"roles": {}, "rolls": {}}"#, #"{"roles": {"default": {"envelopes": [], "note": ""}}}"#,
      #"{"roles": {"default": {"proof": "unverified"}}}"#, #"{"roles": {"default": {"tier": "aspirational"}}}"#,
      #"{"roles": {"default": {"memory_budget_bytes": 0}}}"#, #"{"roles": {"default": {"licenses": [""]}}}"#,
      #"{"roles": {"default": {"maturity": {"comparisons": 0}}}}"#, #"{"roles": {"default": {}}}"#,
      #"{"move_together": [["default"]]}"#, #"{"hosts": ["mine"]}"#,
    ]
    let file = RegistryPolicyFile(beside: registry)
    for text in texts {
      try folder.write(text, to: "resident.json")
      #expect(throws: RegistryError.self, "\(text)") { try file.read() }
      #expect(throws: RegistryError.self, "\(text)") { try file.allow(Self.one, for: "default") }
      #expect(try folder.text(of: "resident.json") == text)
    }
  }

  @Test(
    "A failure before the file is installed leaves what was there",
    arguments: WriteStep.allCases.prefix { $0 != .installed })
  func interrupted(step failing: WriteStep) throws {
    let failure = RegistryError.file(path: "resident.json", .diskFull)
    let broken = RegistryPolicyFile(beside: registry) { step throws(RegistryError) in
      if step == failing { throw failure }
    }
    #expect(throws: failure) { try broken.allow(Self.one, for: "default") }
    #expect(folder.names == ["registry.json"])
    try RegistryPolicyFile(beside: registry).allow(Self.one, for: "default")
    #expect(throws: failure) { try broken.allow(Self.two, for: "default") }
    #expect(try RegistryPolicyFile(beside: registry).read()?.envelopes(for: "default") == [Self.one])
    #expect(folder.names == ["registry.json", "resident.json"])
  }

  @Test("Of many edits at once none is lost")
  func concurrent() async throws {
    let registry = registry
    let hashes = (0..<16).map { EnvelopeHash(rawValue: String(repeating: String($0, radix: 16), count: 64)) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for hash in hashes { group.addTask { try RegistryPolicyFile(beside: registry).allow(hash, for: "default") } }
      try await group.waitForAll()
    }
    #expect(try RegistryPolicyFile(beside: registry).read()?.envelopes(for: "default").sorted() == hashes)
  }

  @Test("What a role does not say, every role says for it, and a written policy reads back")
  func conditions() throws {
    let text = #"""
      {"roles": {"*": {"proof": "process", "licenses": ["Apache-2.0"], "tier": "overnight"},
        "coding": {"memory_budget_bytes": 6e9, "proof": "hashed", "names": ["org/*"], "tier": "interactive",
          "first_token_seconds": 2, "maturity": {"comparisons": 4, "days_between": 5}}},
       "move_together": [["default", "coding"], ["coding", "fast"]], "hosts": ["\#(Self.one)"]}
      """#
    let policy = try RegistryPolicy(parsing: Array(text.utf8))
    let coding = policy.conditions(for: "coding")
    #expect(coding.proof == .hashed && coding.licenses == ["apache-2.0"] && coding.tier == .interactive)
    #expect(coding.memoryBudgetBytes == 6_000_000_000 && coding.firstTokenLimit == 2 && coding.rateLimit == 10)
    #expect(coding.maturity == .init(comparisons: 4, daysBetween: 5))
    #expect(policy.conditions(for: "oss").proof == .process)
    #expect(!policy.pinsEnvelopes)
    #expect(policy.company(of: ["default"]) == ["default", "coding", "fast"])
    #expect(policy.company(of: ["oss"]) == ["oss"])
    #expect(try RegistryPolicy(parsing: policy.bytes) == policy)
    let file = RegistryPolicyFile(try folder.write(text, to: "mine.json"))
    try file.allow(Self.two, for: "coding")
    let grown = try #require(try file.read())
    #expect(grown.pinsEnvelopes && grown.envelopes(for: "oss").isEmpty)
    #expect(grown.conditions(for: "coding").maturity == coding.maturity)
  }

  @Test("The policy's former name is used as long as it is alone, and two policies are one too many")
  func formerName() throws {
    let text = "{\"roles\": {\"default\": {\"envelopes\": [\"\(Self.one)\"]}}}"
    try folder.write(text, to: "registry.policy.json")
    let file = RegistryPolicyFile(beside: registry)
    #expect(try file.read()?.envelopes(for: "default") == [Self.one])
    try file.allow(Self.two, for: "default")
    #expect(folder.names == ["registry.json", "registry.policy.json"])
    try folder.write(text, to: "resident.json")
    #expect(throws: RegistryError.self) { try RegistryPolicyFile(beside: registry).read() }
  }
}
