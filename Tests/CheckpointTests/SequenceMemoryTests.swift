import JSON
import TestSupport
import Testing

@testable import Checkpoint

@Suite("What layers remember")
struct SequenceMemoryTests {
  @Test("A sequence takes what it takes in mlx-lm's caches", arguments: MemoryGolden.all)
  func equalsCaches(golden: MemoryGolden) throws {
    let memory = try SequenceMemory(parsing: golden.config)
    for (tokens, bytes) in golden.caches {
      #expect(memory.byteCount(tokens: tokens, elementBytes: 4) == bytes, "\(tokens) tokens")
    }
  }

  @Test("Windows stop growing, states do not grow, and shared keys and values count once")
  func kinds() {
    let memory = SequenceMemory(
      layers: [
        .everyToken(numbers: 10), .lastTokens(window: 8, numbers: 10), .state(numbers: 7), .nothing,
      ])
    #expect(memory.bytesPerToken(elementBytes: 2) == 20)
    #expect(memory.windowBytes(elementBytes: 2) == 160 && memory.stateBytes == 28)
    #expect(memory.byteCount(tokens: 3, elementBytes: 2) == 3 * 20 + 3 * 20 + 28)
    #expect(memory.byteCount(tokens: 100, sequences: 2, elementBytes: 2) == 2 * (100 * 20 + 160 + 28))
    #expect(memory.byteCount(tokens: -1, elementBytes: 4) == 28)
    #expect(memory.byteCount(tokens: .max, elementBytes: 4) == .max)
    #expect(memory.byteCount(tokens: 1, sequences: .max, elementBytes: 4) == .max)
  }

  @Test("Of a family that is not known, every layer remembers every token unless its type names a window")
  func unknown() throws {
    let folder = try TemporaryFolder()
    #expect(SequenceMemory(of: folder.url) == nil)
    let text = #"{"model_type":"other","num_hidden_layers":2,"num_attention_heads":4,"hidden_size":66}"#
    try folder.write(text, to: "config.json")
    let layer = LayerMemory.everyToken(numbers: 2 * 4 * 16)
    #expect(try #require(SequenceMemory(of: folder.url)).layers == [layer, layer])
    var config = try #require(try JSONValue(parsing: text).object)
    config["layer_types"] = ["sliding_attention", "chunked_attention"]
    config["sliding_window"] = 128
    let window = LayerMemory.lastTokens(window: 128, numbers: 2 * 4 * 16)
    #expect(try SequenceMemory(parsing: .object(config)).layers == [window, layer])
    // Keys and values that are computed from a latent vector, unless the family is known to keep the vector.
    config = try #require(try JSONValue(parsing: text).object)
    for (name, width) in [("kv_lora_rank", 64), ("qk_nope_head_dim", 32), ("qk_rope_head_dim", 8), ("v_head_dim", 32)] {
      config[name] = .integer(width)
    }
    #expect(try SequenceMemory(parsing: .object(config)).bytesPerToken(elementBytes: 1) == 2 * 4 * (32 + 8 + 32))
    // A wrapped model of an unknown type, whose text model is of a known one.
    config["model_type"] = "deepseek_v3"
    let wrapped = try SequenceMemory(parsing: ["model_type": "other_vl", "text_config": .object(config)])
    #expect(wrapped.bytesPerToken(elementBytes: 1) == 2 * (64 + 8))
  }

  static let refused: [(String, JSONValue)] = [
    ("num_hidden_layers", .null), ("num_hidden_layers", 1_000_000_000), ("num_attention_heads", 0),
    ("hidden_size", .null), ("num_key_value_heads", "2"), ("head_dim", -1), ("layer_types", ["full_attention"]),
  ]

  @Test("A size that is missing or impossible is named", arguments: refused)
  func refuses(name: String, value: JSONValue) throws {
    var config = try #require(
      try JSONValue(parsing: #"{"num_hidden_layers":2,"num_attention_heads":4,"hidden_size":64}"#).object)
    config[name] = value
    let error = #expect(throws: CheckpointError.self) { _ = try SequenceMemory(parsing: .object(config)) }
    guard case .field("config.json", name, _) = error else {
      Issue.record("got \(String(describing: error))")
      return
    }
  }
}
