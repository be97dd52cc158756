import ChatTemplate
import Testing

@Suite("Damaged templates")
struct MutationTests {
  /// Small enough that even an unoptimized build is done with them in a fraction of a second.
  static let limits = RenderLimits(steps: 200_000, outputBytes: 1 << 20, depth: 160)

  @Test("Ten thousand damaged templates each render or fail in under two seconds", arguments: 0..<4)
  func mutations(part: Int) throws {
    let conformance = try Conformance.load()
    let names = conformance.sources.keys.sorted()
    var mutator = Mutator(seed: UInt64(part))
    var rendered = 0
    for _ in 0..<2500 {
      let source = mutator.mutate(conformance.sources[names[mutator.next(below: names.count)]] ?? "")
      let test = conformance.cases[mutator.next(below: conformance.cases.count)]
      let duration = ContinuousClock().measure {
        if (try? ChatTemplate(source: source).render(test, limits: Self.limits)) != nil { rendered += 1 }
      }
      #expect(duration < .seconds(2), "\(source)")
    }
    #expect((100..<2400).contains(rendered))
  }
}
