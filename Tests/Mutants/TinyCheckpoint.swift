import Foundation

/// A weight file of a Llama of one layer, partly quantized, all zeros: 64 hidden, 4 heads (2 key-value) of 16, 96
/// intermediate, 32 tokens.
struct TinyCheckpoint {
  struct Tensor {
    var name: String
    var type: String
    var shape: [Int]
    var range: Range<Int>

    var json: String {
      let sizes = shape.map(String.init).joined(separator: ",")
      return "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":[\(sizes)],"
        + "\"data_offsets\":[\(range.lowerBound),\(range.upperBound)]}"
    }
  }

  static let config = """
    {"model_type":"llama","hidden_size":64,"num_hidden_layers":1,"num_attention_heads":4,"num_key_value_heads":2,\
    "intermediate_size":96,"vocab_size":32,"rms_norm_eps":1e-5,"max_position_embeddings":128,\
    "tie_word_embeddings":false,"quantization":{"group_size":32,"bits":4}}
    """

  static let widths = [
    "BOOL": 1, "U8": 1, "I8": 1, "U16": 2, "I16": 2, "F16": 2, "BF16": 2, "U32": 4, "I32": 4, "F32": 4, "U64": 8,
    "I64": 8, "F64": 8,
  ]

  private(set) var tensors: [Tensor] = []

  init(hasExperts: Bool = false) {
    let layer = "model.layers.0"
    if hasExperts { addQuantized("\(layer).mlp.switch_mlp.up_proj", rows: 8 * 32, columns: 64) }
    addPlain("model.embed_tokens", [32, 64])
    addPlain("\(layer).input_layernorm", [64])
    for (name, rows) in [("q", 64), ("k", 32), ("v", 32), ("o", 64)] {
      addQuantized("\(layer).self_attn.\(name)_proj", rows: rows, columns: 64)
    }
    addPlain("\(layer).post_attention_layernorm", [64])
    for name in ["gate", "up"] { addQuantized("\(layer).mlp.\(name)_proj", rows: 96, columns: 64) }
    addQuantized("\(layer).mlp.down_proj", rows: 64, columns: 96)
    addPlain("model.norm", [64])
    addPlain("lm_head", [32, 64])
  }

  private mutating func addPlain(_ path: String, _ shape: [Int]) { add("\(path).weight", "BF16", shape) }

  private mutating func addQuantized(_ path: String, rows: Int, columns: Int) {
    add("\(path).weight", "U32", [rows, columns / 8])
    for part in ["scales", "biases"] { add("\(path).\(part)", "BF16", [rows, columns / 32]) }
  }

  private mutating func add(_ name: String, _ type: String, _ shape: [Int]) {
    let count = shape.reduce(Self.widths[type] ?? 1, *)
    tensors.append(Tensor(name: name, type: type, shape: shape, range: dataSize..<dataSize + count))
  }

  var dataSize: Int { tensors.last?.range.upperBound ?? 0 }

  var header: String { "{\"__metadata__\":{\"format\":\"mlx\"},\(tensors.map(\.json).joined(separator: ","))}" }

  var bytes: [UInt8] { Self.file(header: Array(header.utf8), dataSize: dataSize) }

  static func file(header: [UInt8], dataSize: Int) -> [UInt8] {
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
    return length + header + [UInt8](repeating: 0, count: dataSize)
  }
}

/// Changes that a file survives: each gives a tensor another type and shape of as many bytes, or adds one without bytes.
extension TinyCheckpoint {
  mutating func reshape(_ random: inout MutantRandom) {
    let type = random.element(of: Self.widths.keys.sorted())
    let width = Self.widths[type] ?? 1
    let index = random.index(below: tensors.count)
    if random.index(below: 3) == 0 {
      var shape = (0...random.index(below: 4)).map { _ in random.element(of: [0, 1, 1 << 31, 1 << 20, 3]) }
      shape[random.index(below: shape.count)] = 0
      let start = tensors[index].range.lowerBound
      let name = tensors[index].name + random.element(of: ["", ".scales", ".biases", ".bias"]) + "x"
      tensors.insert(Tensor(name: name, type: type, shape: shape, range: start..<start), at: index)
      return
    }
    guard tensors[index].range.count % width == 0 else { return }
    tensors[index].type = type
    var rest = tensors[index].range.count / width
    var shape: [Int] = []
    while rest > 1, shape.count < 12, random.index(below: 4) > 0 {
      let factor = [2, 3, 4, 8, 32].filter { rest % $0 == 0 }
      guard !factor.isEmpty else { break }
      shape.append(random.element(of: factor))
      rest /= shape.last ?? 1
    }
    tensors[index].shape = shape + [rest]
  }
}
