import TestSupport
import Foundation
import JSON
import Testing

@testable import Checkpoint

@Suite("GGUF import")
struct ImportTests {
  private let folder: TemporaryFolder
  private var target: URL { folder.url.appendingPathComponent("model") }

  init() throws { folder = try TemporaryFolder() }

  private func run(_ builder: GGUFBuilder) throws -> ModelFolder {
    try ModelImporter.importGGUF(try folder.write(builder.built, to: "m.gguf"), to: target)
    return try ModelFolder(contentsOf: target)
  }

  /// The values of the blocks by GGML's definition, in file order.
  private func expected(_ tensor: GGUFBuilder.Tensor) -> [Float] {
    let data = tensor.data
    func half(_ offset: Int) -> Float {
      HalfPrecision.float(half: UInt16(data[offset]) | UInt16(data[offset + 1]) << 8)
    }
    func nibble(_ start: Int, _ i: Int) -> Float { Float(i < 16 ? data[start + i] & 15 : data[start + i - 16] >> 4) }
    switch tensor.type {
    case 0:
      return stride(from: 0, to: data.count, by: 4).map { i in
        let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(data[i + $1]) << UInt32(8 * $1) }
        return HalfPrecision.float(half: HalfPrecision.half(Float(bitPattern: bits)))
      }
    case 1: return stride(from: 0, to: data.count, by: 2).map(half)
    case 2:
      return stride(from: 0, to: data.count, by: 18).flatMap { block in
        (0..<32).map { half(block) * (nibble(block + 2, $0) - 8) }
      }
    case 3:
      return stride(from: 0, to: data.count, by: 20).flatMap { block in
        (0..<32).map { half(block) * nibble(block + 4, $0) + half(block + 2) }
      }
    default:
      return stride(from: 0, to: data.count, by: 34).flatMap { block in
        (0..<32).map { half(block) * Float(Int8(bitPattern: data[block + 2 + $0])) }
      }
    }
  }

  @Test("Every type becomes the same numbers under Hugging Face's names")
  func keepsNumbers() throws {
    let builder = TinyGGUF.builder()
    let model = try run(builder)
    let paths = [
      "token_embd": "model.embed_tokens", "output_norm": "model.norm",
      "blk.0.attn_norm": "model.layers.0.input_layernorm",
      "blk.0.attn_v": "model.layers.0.self_attn.v_proj", "blk.0.attn_output": "model.layers.0.self_attn.o_proj",
      "blk.0.ffn_norm": "model.layers.0.post_attention_layernorm", "blk.0.ffn_gate": "model.layers.0.mlp.gate_proj",
      "blk.0.ffn_up": "model.layers.0.mlp.up_proj", "blk.0.ffn_down": "model.layers.0.mlp.down_proj",
    ]
    for (name, path) in paths {
      let tensor = try #require(builder.tensors.first { $0.name == "\(name).weight" })
      #expect(try model.weight(of: path).values == expected(tensor), "\(name)")
    }
    #expect(model.config.tieWordEmbeddings && model.config.ropeTheta == 100_000 && model.config.rmsNormEpsilon == 1e-5)
    #expect(folder.names == ["m.gguf", "model"])
  }

  @Test("Query and key rows return from interleaved pairs to halves", arguments: [("q", 64), ("k", 32)])
  func reordersRotaryRows(kind: String, rows: Int) throws {
    let builder = TinyGGUF.builder()
    let values = try run(builder).weight(of: "model.layers.0.self_attn.\(kind)_proj").values
    let stored = expected(try #require(builder.tensors.first { $0.name == "blk.0.attn_\(kind).weight" }))
    for head in 0..<rows / 16 {
      for pair in 0..<8 {
        for half in 0..<2 {
          let (row, source) = (head * 16 + half * 8 + pair, head * 16 + 2 * pair + half)
          #expect(values[row * 64..<(row + 1) * 64] == stored[source * 64..<(source + 1) * 64])
        }
      }
    }
  }

  @Test("Scales that half precision cannot hold are kept in single precision")
  func widensScales() throws {
    var builder = TinyGGUF.builder()
    // The bias is −128 · 600.
    builder.tensors[0].data.replaceSubrange(0..<2, with: bytes(HalfPrecision.half(600)))
    let model = try run(builder)
    #expect(try model.tensor("model.embed_tokens.scales").type == .F32)
    #expect(try model.weight(of: "model.embed_tokens").values == expected(builder.tensors[0]))
  }

  @Test("Each tensor's fate is told before anything is written, and without writing")
  func explains() throws {
    let source = try folder.write(TinyGGUF.builder().built, to: "m.gguf")
    let tensors = try ModelImporter.explainGGUF(source)
    #expect(folder.names == ["m.gguf"])
    #expect(
      tensors.first?.description
        == "token_embd.weight Q8_0 -> model.embed_tokens.weight affine 8-bit g32, F16 scales, exact")
    #expect(tensors[1].description == "output_norm.weight F32 -> model.norm.weight F16, rounded")
    var told: [ImportedTensor] = []
    try ModelImporter.importGGUF(source, to: target, explain: { told = $0 })
    #expect(told == tensors)
  }

  @Test("The factors of Llama 3's rotary scaling become its parameters")
  func findsLlamaScaling() throws {
    var builder = TinyGGUF.builder()
    builder.set("llama.rope.freq_base", GGUFBuilder.float(500_000))
    let divisors = (0..<8).map { pair -> Float in
      let turns = 8192 / (2 * Double.pi * pow(500_000, Double(pair) / 8))
      let blend = min(1, max(0, (turns - 1) / 3))
      return Float(1 / ((1 - blend) / 32 + blend))
    }
    builder.tensors.append(.init(name: "rope_freqs.weight", dimensions: [8], type: 0, data: bytes(divisors)))
    let scaling = try run(builder).config.ropeScaling
    #expect(scaling?["rope_type"]?.string == "llama3" && scaling?["factor"]?.number == 32)
    #expect(scaling?["original_max_position_embeddings"]?.integer == 8192)
  }

  @Test("The most common format is the default, the others are named")
  func writesOverrides() throws {
    let quantization = try #require(try run(TinyGGUF.builder(outputType: 1)).config.quantization)
    #expect(quantization.default == QuantizationFormat(bits: 4, groupSize: 32))
    #expect(quantization.overrides.count == 3)
    #expect(quantization.format(of: "model.embed_tokens") == QuantizationFormat(bits: 8, groupSize: 32))
    #expect(quantization.format(of: "model.layers.0.mlp.up_proj") == nil)
    #expect(quantization.format(of: "lm_head") == nil)
  }

  @Test("The tokenizer's files hold the vocabulary, merges and added tokens")
  func writesTokenizer() throws {
    let model = try run(TinyGGUF.builder())
    let tokenizer = try JSONValue(contentsOf: model.tokenizerURL)
    #expect(tokenizer["model"]?["vocab"]?.object?.names == TinyGGUF.tokens)
    #expect(tokenizer["model"]?["merges"] == [["a", "b"]])
    let added = try #require(tokenizer["added_tokens"]?.array)
    #expect(added.map { $0["content"]?.string } == ["<|end|>", "<tool>"])
    #expect(added.map { $0["special"]?.bool } == [true, false])
    #expect(tokenizer["pre_tokenizer"]?["pretokenizers"]?.array?.first?["type"]?.string == "Digits")
    let config = try JSONValue(contentsOf: model.tokenizerConfigURL)
    #expect(config["eos_token"]?.string == "<|end|>" && config["model_max_length"]?.integer == 128)
    #expect(config["chat_template"]?.string == "{{ messages }}")
    #expect(model.config.eosTokenIDs == [0])
  }

  @Test("A tokenizer that adds a first token gets a post-processor")
  func writesTemplateProcessing() throws {
    var builder = TinyGGUF.builder()
    builder.set("tokenizer.ggml.pre", GGUFBuilder.string("llama-bpe"))
    let tokenizer = try JSONValue(contentsOf: try run(builder).tokenizerURL)
    #expect(tokenizer["post_processor"]?["special_tokens"]?["<|end|>"]?["ids"] == [0])
    #expect(tokenizer["model"]?["ignore_merges"]?.bool == true)
  }

  @Test("A token that ends a turn ends a generation too")
  func writesEndOfTurn() throws {
    var builder = TinyGGUF.builder()
    builder.set("tokenizer.ggml.eot_token_id", GGUFBuilder.uint32(5))
    let model = try run(builder)
    #expect(model.config.eosTokenIDs == [0, 5])
    #expect(try JSONValue(contentsOf: model.tokenizerConfigURL)["eos_token"]?.string == "<tool>")
  }

  @Test("The folder says which file it came from")
  func recordsSource() throws {
    let model = try run(TinyGGUF.builder())
    let record = try LaneRecord(
      parsing: JSONValue(contentsOf: target.appendingPathComponent("resident-lane.json")), file: "f")
    let sha256 = try MappedFile(contentsOf: folder.url.appendingPathComponent("m.gguf")).sha256 { false }
    #expect(record == LaneRecord(lane: "imported", format: nil, source: .gguf(name: "m.gguf", sha256: sha256)))
    #expect(try ModelInspection(of: model).lane == record)
  }

  static let refusals: [(String, [UInt8]?, GGUFProblem)] = [
    (
      "general.architecture", GGUFBuilder.string("bert"),
      .unsupported(
        field: "general.architecture", value: "bert",
        supported: ["llama", "mistral3", "qwen2", "qwen3", "qwen3moe", "gemma3", "gpt-oss"])
    ),
    ("llama.embedding_length", nil, .missingField("llama.embedding_length")),
    (
      "llama.embedding_length", GGUFBuilder.string("64"),
      .badField("llama.embedding_length", problem: "is not an integer")
    ),
    (
      "tokenizer.ggml.model", GGUFBuilder.string("bert"),
      .unsupported(field: "tokenizer.ggml.model", value: "bert", supported: ["gpt2", "llama"])
    ),
    (
      "tokenizer.ggml.pre", GGUFBuilder.string("tekken"),
      .unsupported(
        field: "tokenizer.ggml.pre", value: "tekken",
        supported: ["smollm", "gpt-2", "llama-bpe", "qwen2", "gpt-4o"])
    ),
    (
      "tokenizer.ggml.token_type", GGUFBuilder.integers([1]),
      .badField("tokenizer.ggml.token_type", problem: "has 1 elements for 6 tokens")
    ),
    (
      "tokenizer.ggml.tokens", GGUFBuilder.strings(["a", "a", "b", "c", "d", "e"]),
      .duplicate(field: "tokenizer.ggml.tokens[1] \"a\"")
    ),
    (
      "tokenizer.ggml.merges", GGUFBuilder.strings(["a c"]),
      .badField("tokenizer.ggml.merges[0]", problem: "does not join two tokens into a third")
    ),
    (
      "tokenizer.ggml.eos_token_id", GGUFBuilder.uint32(6),
      .badField("tokenizer.ggml.eos_token_id", problem: "is not the id of one of 6 tokens")
    ),
    ("llama.rope.scaling.type", GGUFBuilder.string("yarn"), .missingField("llama.rope.scaling.factor")),
    ("llama.expert_count", GGUFBuilder.uint32(8), .missingField("llama.expert_used_count")),
    (
      "llama.rope.dimension_count", GGUFBuilder.uint32(8),
      .badField("llama.rope.dimension_count", problem: "is 8, but heads have 16 elements")
    ),
  ]

  @Test("Metadata that cannot be imported is refused by key", arguments: refusals)
  func refusesMetadata(key: String, value: [UInt8]?, problem: GGUFProblem) throws {
    var builder = TinyGGUF.builder()
    builder.set(key, value)
    let file = folder.url.appendingPathComponent("m.gguf").path
    #expect(throws: CheckpointError.gguf(file: file, problem)) { _ = try run(builder) }
    #expect(folder.names == ["m.gguf"])
  }

  @Test("A tensor of another type, shape or name, or none, is refused by name")
  func refusesTensors() throws {
    let file = folder.url.appendingPathComponent("m.gguf").path
    func refuse(_ problem: GGUFProblem, _ change: (inout GGUFBuilder) -> Void) {
      var builder = TinyGGUF.builder()
      change(&builder)
      #expect(throws: CheckpointError.gguf(file: file, problem)) { _ = try run(builder) }
    }
    refuse(.unsupportedType(tensor: "blk.0.attn_q.weight", type: "IQ4_NL")) { $0.tensors[3].type = 20 }
    refuse(.badTensor("output_norm.weight", problem: "is missing")) { $0.tensors.remove(at: 1) }
    refuse(.badTensor("rope.weight", problem: "has no counterpart in the llama family")) {
      $0.tensors.append(.init(name: "rope.weight", dimensions: [1], type: 0, data: [0, 0, 0, 0]))
    }
    refuse(
      .badTensor("rope_freqs.weight", problem: "holds frequencies that the scaling of Llama 3 does not explain")
    ) {
      let divisors: [Float] = [1, 1, 1, 2, 1, 1, 1, 1]
      $0.tensors.append(.init(name: "rope_freqs.weight", dimensions: [8], type: 0, data: bytes(divisors)))
    }
    refuse(.badTensor("output_norm.weight", problem: "has the shape [32], but the metadata asks for [64]")) {
      $0.tensors[1].dimensions = [32]
    }
    refuse(.badTensor("output_norm.weight", problem: "holds a value in row 0 that is not finite as F16")) {
      $0.tensors[1].data.replaceSubrange(0..<4, with: bytes([Float(70_000)]))
    }
    refuse(.badTensor("token_embd.weight", problem: "holds a scale in row 0 that is not finite as F32")) {
      $0.tensors[0].data.replaceSubrange(0..<2, with: bytes(HalfPrecision.half(.infinity)))
    }
    #expect(folder.names == ["m.gguf"])
  }

  @Test("A cancelled import leaves nothing behind")
  func cancels() throws {
    let source = try folder.write(TinyGGUF.builder().built, to: "m.gguf")
    var finished = 0
    #expect(throws: CheckpointError.cancelled) {
      try ModelImporter.importGGUF(source, to: target, progress: { _ in finished += 1 }, isCancelled: { finished == 3 })
    }
    #expect(finished == 3 && folder.names == ["m.gguf"])
  }

  @Test("A target that holds files is refused and left alone, an empty one is used")
  func refusesTarget() throws {
    let source = try folder.write(TinyGGUF.builder().built, to: "m.gguf")
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    try Data([1]).write(to: target.appendingPathComponent("mine"))
    #expect(throws: CheckpointError.targetNotEmpty(target.path)) {
      try ModelImporter.importGGUF(source, to: target)
    }
    #expect(folder.names == ["m.gguf", "model"])
    try FileManager.default.removeItem(at: target.appendingPathComponent("mine"))
    try ModelImporter.importGGUF(source, to: target)
    #expect(FileManager.default.fileExists(atPath: target.appendingPathComponent("config.json").path))
  }
}
