import Envelopes
import Fit
import Foundation
import JSON
import Measurements
import TestSupport
import Testing

@testable import Runner

@Suite("Last cache effect")
struct LastCacheEffectTests {
  private static let cache = 32_000_000

  private static func effect(_ sizes: [Int]) -> LastCacheEffect? {
    LastCacheEffect(
      zip(["a", "b"], sizes).map { .init(model: ModelID(rawValue: $0), bytes: $1) }, cacheBytes: cache)
  }

  @Test("A model that fits beside one that does not is named with both sizes")
  func oneFits() throws {
    let text = try #require(Self.effect([500_000_000, 20_000_000])).description
    #expect(text.contains("(32 MB) holds the weights of b (20 MB) and not those of a (500 MB)"))
  }

  @Test("Two that fit lose time by their sizes")
  func bothFit() throws {
    let text = try #require(Self.effect([30_000_000, 20_000_000])).description
    #expect(text.contains("holds the weights of b (20 MB) and a (30 MB). "))
  }

  @Test(
    "Models beyond the cache, of about one size, or alone have no such effect",
    arguments: [
      [500_000_000, 33_000_000], [20_000_000, 20_900_000], [20_000_000], [],
    ])
  func none(_ sizes: [Int]) { #expect(Self.effect(sizes) == nil) }

  @Test("A plan counts what tokens read of each folder, and only slices without a warm-up have the effect")
  func plan() throws {
    let rounds = try ScriptedRounds()
    var plan = try rounds.plan(try ScriptedRounds.envelope(), [:])
    plan.contenders = [
      (.resident, TestModels.imported), (.candidate, TestModels.uniform),
    ].map { side, folder in
      .init(
        side: side, model: ModelID(rawValue: folder.lastPathComponent), folder: folder,
        predictionBasis: PredictionBasis())
    }
    let effect = try #require(LastCacheEffect(of: plan, cacheBytes: 1_000_000_000))
    #expect(effect.models.map(\.model.rawValue) == ["smollm2-135m-4bit-g64", "smollm2-135m"])
    #expect(effect.models.map { $0.bytes / 1_000_000 } == [75, 98])
    #expect(LastCacheEffect(of: plan, cacheBytes: nil) == nil)
    #expect(LastCacheEffect(of: plan, cacheBytes: 1_000_000) == nil)

    var others = plan
    for index in others.contenders.indices { others.contenders[index].predictionBasis = nil }
    #expect(LastCacheEffect(of: others, cacheBytes: 1_000_000_000) == nil)

    plan.envelope.plan = Plan(
      rounds: 6, minimumRounds: 6, slice: SliceLength(warmUpSeconds: 0.02), orderSeed: 1)
    #expect(LastCacheEffect(of: plan, cacheBytes: 1_000_000_000) == nil)
  }
}
