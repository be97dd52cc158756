import Envelopes
import Foundation
import Measurements
import Testing

@testable import Verdicts

@Suite("Queries and pairs of texts")
struct RankingTests {
  private func verdict(
    ranks: @escaping (Int) -> [Double] = { _ in [1] }, spread: Double = 0.05,
    changing change: @escaping (inout Evidence) -> Void = { _ in }
  ) throws -> Verdict {
    try Fixture.verdict({ $0.judgeRankings(candidateRanks: ranks, spread: spread) }, change)
  }

  @Test("Scores are compared query by query, correlations pair by pair")
  func effects() throws {
    let verdict = try verdict()
    guard case .score(let gain)? = verdict.objectives[0].effect,
      case .score(let recall)? = verdict.guardrails[0].effect,
      case .correlation(let rho)? = verdict.guardrails[1].effect
    else {
      Issue.record("\(verdict)")
      return
    }
    // Rank 4 gains 1 / log2 5, rank 1 all of it.
    #expect(abs(gain.residentMean - 1 / log2(5)) < 1e-12 && gain.candidateMean == 1)
    #expect(gain.better == 40 && gain.worse == 0 && gain.interval.lower > 0.05 && gain.interval.upper <= 1)
    #expect(recall.difference == 0 && recall.interval.lower > -0.2 && recall.interval.lower < 0)
    #expect(rho.items == 40 && rho.residentRho > 0.5 && rho.candidateRho >= rho.residentRho)
    #expect(rho.interval.lower <= rho.difference && rho.difference <= rho.interval.upper)
    #expect(verdict.objectives.map(\.state) == [.won] && verdict.guardrails.map(\.state) == [.passed, .passed])
    #expect(verdict.outcome == .promote)
  }

  @Test("A skill that is as near as many others is not among three")
  func ties() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = folder.deletingLastPathComponent().appending(path: "envelopes/router.json")
    let routing = try #require(try Envelope(contentsOf: file).accuracy.first?.routing)
    func isAmongThree(_ change: (inout [Double]) -> Void) -> Bool {
      var scores = [Double](repeating: 0.5, count: routing.skills.count + 1)
      change(&scores)
      return routing.isAmongThree(
        7, AnswerReading(answer: "", isCorrect: false, optionScores: scores, completionTokens: 0))
    }
    #expect(!isAmongThree { _ in })
    #expect(isAmongThree { ($0[7], $0[3], $0[4]) = (0.6, 0.6, 0.7) })
    #expect(!isAmongThree { ($0[7], $0[3], $0[4], $0[5]) = (0.6, 0.6, 0.7, 0.7) })
  }

  @Test("A candidate that finds less is not promoted, and one that finds much less is rejected")
  func worse() throws {
    let alike = try verdict { query in query % 2 == 0 ? [3] : [5] }
    #expect(alike.objectives.map(\.state) == [.notShown] && alike.outcome == .hold)
    let worse = try verdict { _ in [11] }
    #expect(worse.objectives[0].standing == .lags)
    #expect(worse.guardrails.map(\.state) == [.broken, .passed] && worse.outcome == .reject)
  }

  @Test(
    "Readings that are no ranks are missing data, and are named",
    arguments: [[], [0], [1.5], [13], [1, 2], [-1], [.infinity]] as [[Double]])
  func unranked(ranks: [Double]) throws {
    let verdict = try verdict { query in query == 3 ? ranks : [1] }
    #expect(verdict.gaps.contains(.unranked("search", items: ["q3"])) && verdict.outcome == .inconclusive)
  }

  @Test("Similarities that are all alike have no correlation, which is missing data")
  func alike() throws {
    let verdict = try verdict(changing: { evidence in
      evidence.change(.candidate, where: { $0.cell == "sts" }) { $0.outcome = .similarity(0.5) }
    })
    #expect(verdict.guardrails[1].state == .noData && verdict.guardrails[1].effect == nil)
    #expect(verdict.gaps == [.noCorrelation("sts")] && verdict.outcome == .inconclusive)
  }

  @Test("An answer to a pair, or a cosine for a query, is no reading of it")
  func otherKind() throws {
    let verdict = try verdict(changing: { evidence in
      evidence.change(.candidate, where: { $0.item == "p1" }) {
        $0.outcome = .answer(AnswerReading(answer: "x", isCorrect: true, optionScores: [0.5], completionTokens: 0))
      }
      evidence.change(.resident, where: { $0.item == "q1" }) { $0.outcome = .similarity(0.5) }
    })
    #expect(verdict.objectives[0].state == .noData && verdict.guardrails.map(\.state) == [.noData, .noData])
    #expect(verdict.outcome == .inconclusive)
  }

  @Test("A verdict records and prints shares in points and correlations in rho")
  func printed() throws {
    let verdict = try verdict()
    let recorded = try RecordedVerdict(verdict.json)
    #expect(recorded.rules.compactMap(\.effect?.kind) == [.shareDifference, .shareDifference, .correlationDifference])
    let rho = try #require(recorded.rules[2].effect)
    #expect(rho.resident != nil && rho.candidate != nil && rho.count == 40 && rho.lower != nil)
    let rows = recorded.rules.map { EvidenceRow($0, recorded.facts) }
    #expect(rows[0].effect == "+56.9 pp" && rows[0].resident == "43.1 %" && rows[0].candidate == "100 %")
    #expect(rows[0].limit == "needed +5.0 pp")
    #expect(
      rows[2].title == "Spearman's rho, sts" && rows[2].effect.hasSuffix(" rho") && rows[2].resident.hasSuffix(" rho"))
    #expect(rows[2].limit == "-0.1000 rho allowed")
    let text = verdict.objectiveLines.joined()
    #expect(text.contains("nDCG@10 of search +56.93 pp") && text.contains("40 of 40 items better, 0 worse"))
  }

  @Test("Both sides' means stand among the facts of the cell")
  func facts() throws {
    let facts = try verdict().facts
    let search = facts.filter { $0.cell == "search" }.map { $0.figures.map(\.metric) }
    #expect(search == [[.accuracy, .discountedGain, .recall], [.accuracy, .discountedGain, .recall]])
    #expect(
      facts.filter { $0.cell == "sts" }.map { $0.figures.map(\.metric) } == [[.rankCorrelation], [.rankCorrelation]])
  }

  @Test("Queries whose nearest document changed are listed with the documents")
  func changed() throws {
    let judge = try Judge(VerdictInputs(Fixture.evidence({ $0.judgeRankings() })))
    let changed = judge.changedAnswers.filter { $0.task == "search" }
    #expect(changed.count == 40)
    #expect(
      changed.first?.expected == "d3" && changed.first?.resident.text == "d7" && changed.first?.candidate.text == "d3")
  }
}
