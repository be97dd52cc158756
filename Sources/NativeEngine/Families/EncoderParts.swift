import CKernels
import Checkpoint

extension Attention {
  /// Attention of an encoder, whose heads each have their own keys.
  init(
    encoding config: ModelConfig, query: Linear, key: Linear, value: Linear, output: Linear, rotary: Int? = nil,
    window: Int? = nil
  ) {
    self.init(
      heads: config.attentionHeadCount, keyValueHeads: config.attentionHeadCount, dimension: config.headDimension,
      query: query, memory: .own(key: key, value: value), output: output, norms: .none, rotary: rotary,
      scale: 1 / Float(config.headDimension).squareRoot(), window: window, sinks: nil, isGated: false,
      queryGrowth: nil)
  }
}

extension WeightSource {
  /// A norm that takes the mean away, with the bias that stands beside it if there is one.
  func centeredNorm(_ path: String) throws -> TokenNorm {
    let count = config.hiddenSize
    return .centered(
      CenteredNorm(
        weight: try floats(named: "\(path).weight", shape: [count]),
        bias: has("\(path).bias") ? try floats(named: "\(path).bias", shape: [count]) : nil,
        epsilon: Float(config.rmsNormEpsilon)))
  }

  /// All rows of a small embedding, plain or quantized.
  func rows(_ path: String, count: Int, kernels: Kernels) throws -> [Float] {
    let embedding = try linear(path, rows: count, columns: config.hiddenSize)
    guard embedding.matrix.isThere else { return Array(repeating: 0, count: count * config.hiddenSize) }
    return (0..<count).flatMap { row in
      withUnsafePointer(to: embedding.matrix.matrix) { matrix in
        [Float](unsafeUninitializedCapacity: config.hiddenSize) { buffer, filled in
          kernels.functions.dequantize_row(matrix, Int64(row), buffer.baseAddress)
          filled = config.hiddenSize
        }
      }
    }
  }
}

extension rk_activation {
  /// - Parameter name: As transformers has it under `hidden_act`.
  /// - Throws: `EngineError.unsupported`.
  init(named name: String) throws(EngineError) {
    switch name {
    case "gelu": self = RK_GELU
    case "gelu_new", "gelu_pytorch_tanh": self = RK_GELU_TANH
    case "silu", "swish": self = RK_SILU
    case "relu": self = RK_RELU
    case let other:
      throw .unsupported("the activation \"\(other)\" of config.json is not one that encoders compute here")
    }
  }
}
