import Checkpoint
import Foundation
import JSON
import Testing

@testable import NativeEngine

/// Against mlx-lm's own modules of published models and of the tiny ones, by the golden file of CheckpointTests, which says
/// how it was made.
@Suite("Plans of models without their weights")
struct ModelPlanTests {
  struct Golden: Sendable, CustomTestStringConvertible {
    let name: String
    let config: ModelConfig
    let parameters: Int
    let activeParameters: Int
    let bytesPerToken: Int
    let byteCount: Int
    /// Of parameters, in biases, which a plan leaves out.
    let biases: Int
    /// Of parameters, those that text does not need.
    let otherParameters: Int

    var testDescription: String { name }

    static let all = (try? read()) ?? []

    private static func read() throws -> [Golden] {
      let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("CheckpointTests/Fixtures/memory-golden.json")
      let models = try #require(try JSONValue(parsing: Array(Data(contentsOf: url)))["models"]?.object)
      return try models.members.map { try Golden($0.name, $0.value) }
    }

    private init(_ name: String, _ golden: JSONValue) throws {
      var config = try #require(golden["config"]?.object)
      config["quantization"] = golden["quantization"]
      self.name = name
      self.config = try ModelConfig(parsing: .object(config))
      parameters = try #require(golden["parameters"]?.integer)
      activeParameters = try #require(golden["active_parameters"]?.integer)
      bytesPerToken = try #require(golden["bytes_per_token"]?.integer)
      var (bytes, biases, others) = (0, 0, 0)
      for entry in try #require(golden["tensors"]?.array).compactMap(\.array) {
        let name = try #require(entry[0].string)
        let shape = try #require(entry[2].array).compactMap(\.integer)
        let layers = max(1, entry[3].array?.count ?? 0)
        let type = try #require(entry[1].string.flatMap(TensorType.init))
        let count = shape.reduce(layers, *)
        bytes += count * type.byteWidth
        if name.hasSuffix(".bias") { biases += count }
        if WeightSource.isOther(name) { others += count }
      }
      (byteCount, self.biases, otherParameters) = (bytes, biases, others)
    }
  }

  /// Gemma 3 has an output layer of its own where there are weights of one, which no configuration says.
  @Test(
    "Parameters are those of mlx-lm's modules, but for biases",
    arguments: Golden.all.filter { $0.name != "gemma3_text/untied" })
  func parameters(golden: Golden) throws {
    let plan = try ModelPlan(golden.config)
    #expect(plan.parameterCount == golden.parameters - golden.biases - golden.otherParameters)
    // Of experts, some of the biases are active.
    #expect((0...golden.biases).contains(golden.activeParameters - plan.activeParameterCount))
  }

  @Test(
    "Bytes of published models, in all and per token, are within 1 % of mlx-lm's",
    arguments: Golden.all.filter { !$0.name.contains("/") })
  func bytes(golden: Golden) throws {
    let plan = try ModelPlan(golden.config)
    #expect(abs(Double(plan.byteCount) / Double(golden.byteCount) - 1) < 0.01)
    #expect(abs(Double(plan.bytesPerToken) / Double(golden.bytesPerToken) - 1) < 0.01)
  }

  @Test("At least twenty published models of ten families are planned")
  func coverage() {
    let published = Golden.all.filter { !$0.name.contains("/") }
    #expect(published.count >= 20 && Set(published.map(\.config.modelType)).count >= 10)
  }

  @Test("Experts are counted with their share, and a dense model has none")
  func experts() throws {
    let sparse = try ModelPlan(try #require(Golden.all.first { $0.name == "Qwen3-30B-A3B" }).config)
    let experts = try #require(sparse.experts)
    #expect(experts.total == 128 && experts.active == 8)
    #expect(sparse.bytesPerToken < sparse.byteCount - experts.byteCount * 119 / 128)
    #expect(try ModelPlan(try #require(Golden.all.first { $0.name == "Qwen3-8B" }).config).experts == nil)
  }

  @Test("A family that the engine does not run is refused by name")
  func refused() throws {
    let text =
      #"{"model_type":"rwkv","hidden_size":64,"num_hidden_layers":1,"num_attention_heads":1,"vocab_size":10,"#
      + #""intermediate_size":64,"rms_norm_eps":1e-5}"#
    let config = try ModelConfig(parsing: try JSONValue(parsing: text))
    #expect(throws: EngineError.self) { try ModelPlan(config) }
  }
}
