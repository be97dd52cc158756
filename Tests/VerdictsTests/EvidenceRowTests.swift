import Foundation
import Measurements
import Testing

@testable import Verdicts

@Suite("One notation, judged or recorded")
struct EvidenceRowTests {
  @Test(
    "A recorded verdict has the rows and the answer of the verdict that it records",
    arguments: Snapshots.verdicts.map(\.name))
  func recorded(_ name: String) throws {
    let make = try #require(Snapshots.verdicts.first { $0.name == name }?.make)
    let verdict = try make()
    let recorded = try RecordedVerdict(verdict.json)
    #expect(recorded.rules.map { EvidenceRow($0, recorded.facts) } == verdict.face.parts.flatMap(\.rows))
    #expect(recorded.answer == verdict.answer)
  }

  @Test("While it is measured, a rule has the effect and the interval of the verdict, and is open until decided")
  func standing() throws {
    let judge = try Judge(VerdictInputs(try Fixture.evidence()))
    let verdict = try judge.verdict()
    let rows = try judge.standing().flatMap(\.rows)
    let judged = verdict.face.parts.flatMap(\.rows)
    #expect(!rows.isEmpty)
    for row in rows {
      let own = try #require(judged.first { $0.title == row.title && $0.limit == row.limit })
      #expect(own.effect == row.effect && own.bar == row.bar)
      #expect(row.state == own.state || (row.state == .open && [.notShown, .tooNoisy].contains(own.state)))
    }
  }

  @Test("The table of a running comparison fits its width, and its one line names every rule")
  func lines() throws {
    let standing = try Judge(VerdictInputs(try Fixture.evidence())).standing()
    for width in [60, 80, 140] {
      #expect(standing.runningLines(width: width).allSatisfy { $0.count <= width })
    }
    #expect(standing.flatMap(\.rows).allSatisfy { standing.runningLine.contains($0.title) })
    #expect([VerdictFace.Part]().runningLines(width: 80).isEmpty)
  }
}
