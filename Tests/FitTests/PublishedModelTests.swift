import Checkpoint
import Foundation
import JSON
import Testing

@testable import Fit
@testable import NativeEngine

/// By the golden file of CheckpointTests, which says how mlx-lm's own modules and caches made it.
@Suite("Published models by their configuration alone")
struct PublishedModelTests {
  struct Golden: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let config: JSONValue
    /// Of all tensors.
    let byteCount: Int
    /// Of mlx-lm's caches after `tokens` tokens, in single precision.
    let tokens: [Int]
    let cacheBytes: [Int]

    static let all = (try? read()) ?? []

    private static func read() throws -> [Golden] {
      let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("CheckpointTests/Fixtures/memory-golden.json")
      let golden = try JSONValue(parsing: Array(Data(contentsOf: url)))
      let tokens = try #require(golden["tokens"]?.array).compactMap(\.integer)
      let models = try #require(golden["models"]?.object)
      // The others are tiny ones.
      return try models.members.filter { !$0.name.contains("/") }.map { member in
        let (name, model) = (member.name, member.value)
        var config = try #require(model["config"]?.object)
        config["quantization"] = model["quantization"]
        var bytes = 0
        for tensor in try #require(model["tensors"]?.array).compactMap(\.array) {
          let type = try #require(tensor[1].string.flatMap(TensorType.init))
          let layers = max(1, tensor[3].array?.count ?? 0)
          bytes += (tensor[2].array ?? []).compactMap(\.integer).reduce(layers, *) * type.byteWidth
        }
        return Golden(
          testDescription: name, config: .object(config), byteCount: bytes, tokens: tokens,
          cacheBytes: try #require(model["bytes"]?.array).compactMap(\.integer))
      }
    }
  }

  @Test("There are at least twenty") func enough() { #expect(Golden.all.count >= 20) }

  @Test(
    "Weights are within a hundredth of all tensors, and the cache is mlx-lm's to the byte", arguments: Golden.all)
  func sizes(_ golden: Golden) throws {
    let model = try FitModel(parsing: golden.config, name: golden.testDescription)
    #expect(abs(Double(model.byteCount) / Double(golden.byteCount) - 1) < 0.01)
    for (tokens, bytes) in zip(golden.tokens, golden.cacheBytes) {
      #expect(model.memory.byteCount(tokens: tokens, elementBytes: 4) == bytes)
    }
  }

  @Test("Each has a report on another machine, in which its parts add up", arguments: Golden.all)
  func report(_ golden: Golden) throws {
    let model = try FitModel(parsing: golden.config, name: golden.testDescription)
    let host = try HostList.shipped().host(named: "apple-m4-max")
    let report = try FitReport(
      of: model, on: .native(.init(threads: 2)), host: host, budget: MemoryBudget(memory: host.memory),
      limits: ServingLimits()
    ) { SpeedPrediction(of: model, on: host, contextLength: $0, elementBytes: 4) }
    #expect(report.text.contains(report.tier.name))
    #expect(report.cells.allSatisfy { $0.footprint.total > model.byteCount })
    for largest in report.largest {
      guard let context = largest.contextLength, context < model.contextLimit else { continue }
      let memory = try ServingMemory(model, sequences: largest.sequences, on: report.engine)
      #expect(memory.footprint(contextLength: context).total <= report.budget.available)
      #expect(memory.footprint(contextLength: context + 1).total > report.budget.available)
    }
  }
}
