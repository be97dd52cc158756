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
    _ challenge: Int?, resident: WeightsHash = "aaaa", tensors: TensorsHash? = "eeee", unfinished: [Int] = []
  ) throws {
    let count = try fixture.store.sessions().count
    try fixture.comparison(
      uuid: "6d1a1a0e-0000-4000-8000-00000000000\(count)", resident: Self.side(.resident, resident, tensors),
      candidate: Self.side(.candidate, "bbbb", tensors == nil ? nil : "ffff")
    ) {
      $0.startedAt += Double(count)
      $0.challenge = challenge
      $0.unfinishedChallenges = unfinished
    }
  }

  private func gaps(_ format: ShardFormat = .jsonl) throws -> [ChallengeGap] {
    _ = try fixture.exporter(to: "\(format)", format: format).export()
    return try DatasetVerifier(fixture.dataset("\(format)")).challengeGaps()
  }

  @Test("Tensors and unfinished challenges survive an export", arguments: ShardFormat.allCases)
  func roundTrip(format: ShardFormat) throws {
    try comparison(1)
    try comparison(4, unfinished: [2, 3])
    #expect(try gaps(format).isEmpty)
    let sessions = try fixture.dataset("\(format)").sessions()
    #expect(sessions.map(\.session.unfinishedChallenges) == [[], [2, 3]])
    #expect(sessions.map { $0.runs.map(\.tensors) } == [["eeee", "ffff"], ["eeee", "ffff"]])
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

  @Test("A forged number of any size is no crash")
  func forged() throws {
    try comparison(Int.max, unfinished: [-5, 0, Int.max])
    #expect(try gaps().map(\.missing) == [[1...Int.max - 1]])
  }
}
