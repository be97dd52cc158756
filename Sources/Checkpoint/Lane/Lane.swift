/// A way to store weights that a folder can be converted to.
public enum Lane: Sendable, Equatable {
  /// Every linear layer and the embedding in one affine format.
  case uniform(QuantizationFormat)
  /// Microscaling floats throughout.
  case microscaling(QuantizationFormat)
  /// A default format, and another one for each layer that needs it.
  case mixed(QuantizationConfig)
  /// The format of `uniform`, with scales and biases that were tuned.
  case distilled(QuantizationFormat)
  /// Everything dequantized to bfloat16.
  case bf16

  /// The lane's name in records and reports.
  public var name: String {
    switch self {
    case .uniform: "uniform"
    case .microscaling(let format): format.mode.rawValue
    case .mixed: "mixed"
    case .distilled: "distilled"
    case .bf16: "bf16"
    }
  }

  /// The default format of quantized layers, nil for `bf16`.
  public var format: QuantizationFormat? {
    switch self {
    case .uniform(let format), .microscaling(let format), .distilled(let format): format
    case .mixed(let config): config.default
    case .bf16: nil
    }
  }

  /// The format of a layer, nil if it stays unquantized.
  func format(of path: String) -> QuantizationFormat? {
    guard case .mixed(let config) = self else { return format }
    return config.format(of: path)
  }

  /// Whether the default format has a mode that the lane uses.
  var isConsistent: Bool {
    switch self {
    case .uniform(let format), .distilled(let format): format.mode == .affine
    case .microscaling(let format): format.mode != .affine
    case .mixed, .bf16: true
    }
  }
}
