@testable import Checkpoint

/// Builds the bytes of a GGUF file, right or wrong.
struct GGUFBuilder {
  struct Tensor {
    var name: String
    /// As in the file: innermost dimension first.
    var dimensions: [UInt64]
    var type: UInt32
    var data: [UInt8]
    var offset: UInt64?
  }

  var version: UInt32 = 3
  var alignment = 32
  var metadata: [(key: String, value: [UInt8])] = []
  var tensors: [Tensor] = []
  var metadataCount: UInt64?
  var tensorCount: UInt64?

  static func text(_ text: String) -> [UInt8] { bytes(UInt64(text.utf8.count)) + Array(text.utf8) }
  static func uint32(_ value: UInt32) -> [UInt8] { bytes(UInt32(4)) + bytes(value) }
  static func float(_ value: Float) -> [UInt8] { bytes(UInt32(6)) + bytes(value.bitPattern) }
  static func bool(_ value: Bool) -> [UInt8] { bytes(UInt32(7)) + [value ? 1 : 0] }
  static func string(_ value: String) -> [UInt8] { bytes(UInt32(8)) + text(value) }

  static func strings(_ values: [String]) -> [UInt8] {
    bytes(UInt32(9), UInt32(8)) + bytes(UInt64(values.count)) + values.flatMap(text)
  }

  static func integers(_ values: [Int32]) -> [UInt8] {
    bytes(UInt32(9), UInt32(5)) + bytes(UInt64(values.count)) + bytes(values)
  }

  static func floats(_ values: [Float]) -> [UInt8] {
    bytes(UInt32(9), UInt32(6)) + bytes(UInt64(values.count)) + bytes(values)
  }

  mutating func set(_ key: String, _ value: [UInt8]?) {
    metadata.removeAll { $0.key == key }
    if let value { metadata.append((key, value)) }
  }

  var built: [UInt8] {
    var file = Array("GGUF".utf8) + bytes(version)
    file += bytes(tensorCount ?? UInt64(tensors.count), metadataCount ?? UInt64(metadata.count))
    for (key, value) in metadata { file += Self.text(key) + value }
    var data: [UInt8] = []
    for tensor in tensors {
      file += Self.text(tensor.name) + bytes(UInt32(tensor.dimensions.count)) + bytes(tensor.dimensions)
      file += bytes(tensor.type) + bytes(tensor.offset ?? UInt64(data.count))
      data += tensor.data
      while data.count % alignment != 0 { data.append(0) }
    }
    while file.count % alignment != 0 { file.append(0) }
    return file + data
  }
}

/// A llama of one layer: 64 hidden, 4 heads (2 key-value) of 16, 96 intermediate, 6 tokens.
enum TinyGGUF {
  static let tokens = ["<|end|>", "a", "b", "c", "ab", "<tool>"]

  static func builder(outputType: UInt32? = nil) -> GGUFBuilder {
    var random = TestRandom()
    var builder = GGUFBuilder()
    builder.metadata = [
      ("general.architecture", GGUFBuilder.string("llama")),
      ("llama.block_count", GGUFBuilder.uint32(1)),
      ("llama.context_length", GGUFBuilder.uint32(128)),
      ("llama.embedding_length", GGUFBuilder.uint32(64)),
      ("llama.feed_forward_length", GGUFBuilder.uint32(96)),
      ("llama.attention.head_count", GGUFBuilder.uint32(4)),
      ("llama.attention.head_count_kv", GGUFBuilder.uint32(2)),
      ("llama.rope.freq_base", GGUFBuilder.float(100_000)),
      ("llama.attention.layer_norm_rms_epsilon", GGUFBuilder.float(1e-5)),
      ("tokenizer.ggml.model", GGUFBuilder.string("gpt2")),
      ("tokenizer.ggml.pre", GGUFBuilder.string("smollm")),
      ("tokenizer.ggml.tokens", GGUFBuilder.strings(tokens)),
      ("tokenizer.ggml.token_type", GGUFBuilder.integers([3, 1, 1, 1, 1, 4])),
      ("tokenizer.ggml.merges", GGUFBuilder.strings(["a b"])),
      ("tokenizer.ggml.bos_token_id", GGUFBuilder.uint32(0)),
      ("tokenizer.ggml.eos_token_id", GGUFBuilder.uint32(0)),
      ("tokenizer.chat_template", GGUFBuilder.string("{{ messages }}")),
    ]
    func add(_ name: String, _ columns: UInt64, _ rows: UInt64?, type: UInt32) {
      let count = Int(columns * (rows ?? 1))
      let dimensions = rows.map { [columns, $0] } ?? [columns]
      builder.tensors.append(
        .init(name: "\(name).weight", dimensions: dimensions, type: type, data: data(type, count: count, &random)))
    }
    add("token_embd", 64, 6, type: 8)
    add("output_norm", 64, nil, type: 0)
    if let outputType { add("output", 64, 6, type: outputType) }
    add("blk.0.attn_norm", 64, nil, type: 0)
    add("blk.0.attn_q", 64, 64, type: 3)
    add("blk.0.attn_k", 64, 32, type: 3)
    add("blk.0.attn_v", 64, 32, type: 2)
    add("blk.0.attn_output", 64, 64, type: 3)
    add("blk.0.ffn_norm", 64, nil, type: 0)
    add("blk.0.ffn_gate", 64, 96, type: 3)
    add("blk.0.ffn_up", 64, 96, type: 1)
    add("blk.0.ffn_down", 96, 64, type: 3)
    return builder
  }

  private static func data(_ type: UInt32, count: Int, _ random: inout TestRandom) -> [UInt8] {
    func half() -> [UInt8] { bytes(HalfPrecision.half(random.float() / 16)) }
    func codes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() >> 20) } }
    return switch type {
    case 0: (0..<count).flatMap { _ in bytes([random.float()]) }
    case 1: (0..<count).flatMap { _ in half() }
    case 2: (0..<count / 32).flatMap { _ in half() + codes(16) }
    case 3: (0..<count / 32).flatMap { _ in half() + half() + codes(16) }
    default: (0..<count / 32).flatMap { _ in half() + codes(32) }
    }
  }
}
