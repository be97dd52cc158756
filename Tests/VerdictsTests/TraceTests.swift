import Measurements
import Testing
import Verdicts

struct TraceTests {
  private struct Missing: Error {}

  @Test func `A trace ends in the effect that the verdict decides on`() throws {
    let evidence = try Fixture.evidence { ($0.blocks, $0.noise) = (8, 0.02) }
    let verdict = try Judge(evidence).verdict()
    let traces = try evidenceTraces(in: evidence)
    let effects =
      verdict.objectives.map(\.effect) + verdict.guardrails.filter(\.metric.isOfBlocks).prefix(1).map(\.effect)
    let last = traces.map { $0.points.last?.effect }
    for (effect, traced) in zip(effects, last) {
      guard case .ratio(let decided) = effect else { throw Missing() }
      #expect(traced?.ratio == decided.ratio)
      #expect(traced?.interval == decided.interval)
      #expect(traced?.blocks == decided.blocks)
    }
    #expect(last.count == effects.count)
    #expect(traces.map(\.points.count) == [8, 8])
    #expect(traces[0].threshold == 1.02)
    #expect(traces[1].threshold == 0.95)
  }

  @Test func `A void block stands in its place and adds nothing`() throws {
    let whole = try evidenceTraces(in: try Fixture.evidence())[0].points
    let points = try evidenceTraces(
      in: try Fixture.evidence({ _ in }) { $0.voids = [BlockVoid(cell: "chat", block: 2, reason: "a fan stood still")] }
    )[0].points
    #expect(points.map(\.block) == whole.map(\.block))
    #expect(points[2].voidReason == "a fan stood still")
    #expect(points[2].betterRatio == whole[2].betterRatio)
    #expect(points[2].effect == points[1].effect)
    #expect(points[3].effect?.blocks == 3)
  }

  @Test func `The blocks of the comparison before come first`() throws {
    let evidence = try Fixture.evidence()
    let points = try evidenceTraces(in: evidence, after: [evidence])[0].points
    #expect(points.count == 12)
    #expect(points.last?.effect?.blocks == 12)
  }
}
