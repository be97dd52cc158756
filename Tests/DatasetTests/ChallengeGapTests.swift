import Dataset
import Foundation
import JSON
import Measurements
import Store
import Testing

@Suite("Challenges of a dataset")
struct ChallengeGapTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private static func side(_ side: MeasuredSide, _ weights: WeightsHash, _ tensors: TensorsHash?) -> MeasuredSide {
    var side = side
    side.run.provenance = .hashed(weights, files: JSONObject([("model.safetensors", "00ff")]), tensors: tensors)
    return side
  }

  /// A complete comparison that was counted as that challenge.
  private func comparison(
    _ challenge: Int?, resident: WeightsHash = "aaaa", tensors: TensorsHash? = "eeee", candidate: String = "bbbb",
    unfinished: [Int] = [], change: (inout MeasurementSession) -> Void = { _ in }
  ) throws {
    let count = try fixture.store.sessions().count
    try fixture.comparison(
      uuid: "6d1a1a0e-0000-4000-8000-00000000000\(count)", resident: Self.side(.resident, resident, tensors),
      candidate: Self.side(
        .candidate, WeightsHash(rawValue: candidate),
        tensors == nil ? nil : TensorsHash(rawValue: "tensors of \(candidate)"))
    ) {
      $0.startedAt += Double(count)
      $0.challenge = challenge
      $0.unfinishedChallenges = unfinished
      change(&$0)
    }
  }

  private func audit(_ format: ShardFormat = .jsonl) throws -> ChallengeAudit {
    _ = try fixture.exporter(to: "\(format)", format: format).export()
    return try DatasetVerifier(fixture.dataset("\(format)")).challengeAudit()
  }

  private func gaps(_ format: ShardFormat = .jsonl) throws -> [ChallengeGap] { try audit(format).gaps }

  @Test("Tensors and unfinished challenges survive an export", arguments: ShardFormat.allCases)
  func roundTrip(format: ShardFormat) throws {
    try comparison(1)
    try comparison(4, unfinished: [2, 3])
    #expect(try gaps(format).isEmpty)
    let sessions = try fixture.dataset("\(format)").sessions()
    #expect(sessions.map(\.session.unfinishedChallenges) == [[], [2, 3]])
    let tensors = sessions.map { $0.runs.map(\.tensors) }
    #expect(tensors == Array(repeating: ["eeee", "tensors of bbbb"], count: 2))
  }

  @Test("A session that was left out or taken away is named", arguments: ShardFormat.allCases)
  func missing(format: ShardFormat) throws {
    try comparison(2)
    try comparison(7, unfinished: [4])
    let gap = try #require(try gaps(format).first)
    #expect(gap.missing == [1...1, 3...3, 5...6] && gap.highest == 7 && gap.tensors == "eeee")
    #expect(gap.description.hasPrefix("challenges 1, 3, 5 to 6 of org/Old-4bit (tensors eeee)"))
  }

  @Test("Another file of the same tensors does not hide a missing challenge")
  func otherFiles() throws {
    try comparison(1)
    try comparison(3, resident: "abab")
    #expect(try gaps().map(\.missing) == [[2...2]])
  }

  @Test("Datasets from before tensors were hashed are not held to it, but what they have counts")
  func before() throws {
    try comparison(3, tensors: nil)
    try comparison(nil, tensors: nil)
    #expect(try gaps().isEmpty)
    try comparison(4)
    #expect(try gaps().map(\.missing) == [[1...2]])
  }

  @Test("Challenges of another database are no gap, and are named")
  func elsewhere() throws {
    try comparison(41, unfinished: Array(1...40))
    try comparison(43, candidate: "cccc", unfinished: [7, 42])
    let found = try audit()
    #expect(found.isWhole && found.absent.map(\.numbers) == [[1...40, 42...42]])
    let text = try #require(found.absent.first?.description)
    #expect(text.hasPrefix("challenges 1 to 40, 42 of org/Old-4bit"))
    #expect(text.hasSuffix("were not brought to an end, or are in another database"))
  }

  @Test("Merged databases with one number for two challenges are found out", arguments: ShardFormat.allCases)
  func clash(format: ShardFormat) throws {
    try comparison(1)
    // Adds to the blocks of the first.
    try comparison(1)
    #expect(try audit(format).isWhole)
    try comparison(1, candidate: "cccc")
    try comparison(1) { $0.role = "throwaway" }
    let found = try audit(format)
    let clash = try #require(found.clashes.first)
    #expect(!found.isWhole && found.clashes.count == 1 && found.gaps.isEmpty && clash.number == 1)
    #expect(clash.sessions.map { $0.suffix(1) } == ["0", "2", "3"])
    #expect(clash.description.hasPrefix("challenge 1 of org/Old-4bit (tensors eeee) on the host f00d is several"))
  }

  @Test("The counts of two hosts, and of two residents, are their own")
  func separate() throws {
    try comparison(1)
    try comparison(1, candidate: "cccc") { $0.host.fingerprint = "beef" }
    try comparison(1, resident: "9999", tensors: "8888", candidate: "cccc")
    // By the rule from before, which may have given a number twice.
    try comparison(1, resident: "7777", tensors: nil, candidate: "cccc")
    try comparison(1, resident: "7777", tensors: nil, candidate: "dddd")
    #expect(try audit().isWhole)
  }

  @Test("A forged number of any size is no crash")
  func forged() throws {
    try comparison(Int.max, unfinished: [-5, 0, Int.max])
    #expect(try gaps().map(\.missing) == [[1...Int.max - 1]])
  }
}
