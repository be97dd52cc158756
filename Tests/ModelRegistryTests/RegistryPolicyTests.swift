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
    #expect(folder.names == ["registry.json", "registry.policy.json"])
    let policy = try #require(try file.read())
    #expect(policy.entries.map(\.role) == ["default", "*"])
    #expect(policy.envelopes(for: "default") == [Self.one, Self.two])
    #expect(policy.envelopes(for: "coding") == [Self.two])
    let text = try folder.text(of: "registry.policy.json")
    #expect(text.hasPrefix("{\n  \"roles\": {\n    \"default\": {\n      \"envelopes\": [\n        \"1111"))
  }

  @Test("What is no policy is refused, and kept by an edit")
  func malformed() throws {
    let texts = [
      "", "[]", "{}", #"{"roles": []}"#, #"{"roles": {"default": {"envelope": []}}}"#,
      #"{"roles": {"default": {"envelopes": ["abc"]}}}"#, #"{"roles": {"default": {"envelopes": [1]}}}"#,
      #"{"roles": {}, "rolls": {}}"#, #"{"roles": {"default": {"envelopes": [], "note": ""}}}"#,
    ]
    let file = RegistryPolicyFile(beside: registry)
    for text in texts {
      try folder.write(text, to: "registry.policy.json")
      #expect(throws: RegistryError.self, "\(text)") { try file.read() }
      #expect(throws: RegistryError.self, "\(text)") { try file.allow(Self.one, for: "default") }
      #expect(try folder.text(of: "registry.policy.json") == text)
    }
  }

  @Test(
    "A failure before the file is installed leaves what was there",
    arguments: WriteStep.allCases.prefix { $0 != .installed })
  func interrupted(step failing: WriteStep) throws {
    let failure = RegistryError.file(path: "registry.policy.json", .diskFull)
    let broken = RegistryPolicyFile(beside: registry) { step throws(RegistryError) in
      if step == failing { throw failure }
    }
    #expect(throws: failure) { try broken.allow(Self.one, for: "default") }
    #expect(folder.names == ["registry.json"])
    try RegistryPolicyFile(beside: registry).allow(Self.one, for: "default")
    #expect(throws: failure) { try broken.allow(Self.two, for: "default") }
    #expect(try RegistryPolicyFile(beside: registry).read()?.envelopes(for: "default") == [Self.one])
    #expect(folder.names == ["registry.json", "registry.policy.json"])
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
}
