/// What a layer uses instead of a model's default format.
public enum QuantizationOverride: Sendable, Hashable {
  case format(QuantizationFormat)
  case unquantized
}

/// The `quantization` section of an MLX model's `config.json`: a default format and exceptions by layer path.
public struct QuantizationConfig: Sendable, Equatable {
  public var `default`: QuantizationFormat
  /// By layer path, e.g. `model.layers.0.self_attn.q_proj`.
  public var overrides: [String: QuantizationOverride]

  public init(default: QuantizationFormat, overrides: [String: QuantizationOverride] = [:]) {
    self.default = `default`
    self.overrides = overrides
  }

  /// The format the configuration states for a layer, nil where it is excepted from quantization.
  ///
  /// A layer that the configuration does not name may still be stored unquantized: `ModelFolder.weight(of:columnCount:)` looks at
  /// the tensors too.
  public func format(of layerPath: String) -> QuantizationFormat? {
    switch overrides[layerPath] {
    case .format(let format): format
    case .unquantized: nil
    case nil: self.default
    }
  }
}
