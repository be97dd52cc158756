/// A way to store weights that a folder can be converted to.
public enum Lane: Sendable, Hashable {
  /// Every linear layer and the embedding in one affine format.
  case uniform(QuantizationFormat)
  /// Everything dequantized to bfloat16.
  case bf16

  /// The glossary's word for the lane.
  public var name: String {
    switch self {
    case .uniform: "uniform"
    case .bf16: "bf16"
    }
  }

  /// The format of quantized layers, nil for `bf16`.
  public var format: QuantizationFormat? {
    guard case .uniform(let format) = self else { return nil }
    return format
  }
}
