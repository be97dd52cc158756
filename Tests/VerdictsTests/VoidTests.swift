import Measurements
import Testing

@testable import Verdicts

@Suite("Void blocks")
struct VoidTests {
  /// Slows one repetition down; both last as long before, up to the noise that is turned off.
  private func evidence(
    slowing blocks: [Int], of side: Side = .candidate, by factor: Double, among total: Int = 6
  ) throws -> Evidence {
    try Fixture.evidence({ ($0.noise, $0.blocks) = (0, total) }) { evidence in
      evidence.change(side, where: { blocks.contains($0.block) && $0.repetition == 1 && $0.item == nil }) {
        $0.slow(by: factor)
      }
    }
  }

  @Test(
    "Repetitions that differ by more than the limit void the block for both, with figures", arguments: Side.allCases)
  func divergence(side: Side) throws {
    #expect(try Judge(evidence(slowing: [2], of: side, by: 1.149)).voids.isEmpty)
    let evidence = try evidence(slowing: [2], of: side, by: 1.151)
    let void = try #require(try Judge(evidence).voids.first)
    #expect(void.cell == "chat" && void.block == 2)
    #expect(void.reason.contains("the \(side.rawValue)'s repetitions differ by 15.10 %"))
    #expect(void.reason.contains("the limit is 15.00 %"))
    let verdict = try Judge(evidence).verdict()
    #expect(verdict.blocks == [BlockTally(cell: "chat", planned: 6, used: 5, void: 1)])
    #expect(verdict.ratio?.blocks == 5)
  }

  @Test("A recorded void stands with its reason, once, before those that are recomputed")
  func recorded() throws {
    var evidence = try evidence(slowing: [2, 4], by: 1.3)
    evidence.voids = [BlockVoid(cell: "chat", block: 2, reason: "the lid was closed")]
    let all = try Judge(evidence).voids
    #expect(all.map(\.block) == [2, 4])
    #expect(all.first?.reason == "the lid was closed")
  }

  @Test("A void outside the envelope's cells voids nothing")
  func foreign() throws {
    var evidence = try Fixture.evidence()
    evidence.voids = [BlockVoid(cell: "facts", block: 0, reason: "-"), BlockVoid(cell: "x", block: 0, reason: "-")]
    #expect(try Judge(evidence).voids.isEmpty)
  }

  @Test("A share of void blocks above the plan's limit decides nothing")
  func share() throws {
    let verdicts = try [4, 5].map { count in
      try Judge(evidence(slowing: Array(0..<count), by: 1.3, among: 10)).verdict()
    }
    #expect(verdicts.map(\.outcome) == [.promote, .inconclusive])
    #expect(verdicts.last?.gaps == [.voids("chat", void: 5, measured: 10, limit: 0.4)])
  }

  @Test("An interrupted block that was measured again as another is no gap")
  func interrupted() throws {
    let verdict = try Fixture.verdict({ $0.blocks = 7 }) { evidence in
      evidence.voids = [BlockVoid(cell: "chat", block: 3, reason: "interrupted after 1 of 4 samples")]
      evidence.remove(.candidate) { $0.place.cell == "chat" && $0.place.block == 3 }
      evidence.change(.resident, where: { $0.cell == "chat" && $0.block == 3 }) {
        $0.outcome = .unscored(.aborted, message: "interrupted")
      }
    }
    #expect(verdict.gaps.isEmpty)
    #expect(verdict.blocks == [BlockTally(cell: "chat", planned: 7, used: 6, void: 1)])
    #expect(verdict.outcome == .promote)
  }
}
