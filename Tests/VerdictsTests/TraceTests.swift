import Measurements
import Testing
import Verdicts

struct TraceTests {
  @Test func `A trace ends in the effect that the verdict decides on`() throws {
    let evidence = try Fixture.evidence { ($0.blocks, $0.noise) = (8, 0.02) }
    let verdict = try Judge(evidence).verdict()
    let traces = try evidenceTraces(in: evidence)
    let effects =
      verdict.objectives.map(\.effect) + verdict.guardrails.filter(\.metric.isOfBlocks).prefix(1).map(\.effect)
    #expect(traces.map { $0.points.last?.effect.map { Effect.ratio($0) } } == effects)
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
