/// What a model folder holds, in numbers: its shape, its size by storage format, and what a token of context costs.
public struct ModelInspection: Sendable, Equatable {
  /// The tensors that share one storage format.
  public struct Storage: Sendable, Equatable {
    /// For example `affine 4-bit g64`, or `BF16` for plain floats.
    public let format: String
    public let tensorCount: Int
    public let parameterCount: Int
    /// Codes, scales and biases.
    public let byteCount: Int
  }

  public let architecture: String
  public let layerCount: Int
  public let hiddenSize: Int
  public let attentionHeadCount: Int
  public let keyValueHeadCount: Int
  public let headDimension: Int
  public let vocabularySize: Int
  /// In tokens.
  public let contextLength: Int
  /// Largest first.
  public let storages: [Storage]
  /// How the folder says it was made, nil where it does not say.
  public let lane: LaneRecord?
  /// The manifest's hash, nil where it was not computed.
  public let manifestHash: String?

  /// Logical weights: codes of quantized layers, elements of the rest.
  public var parameterCount: Int { storages.reduce(0) { $0 + $1.parameterCount } }

  /// Bytes of all tensors.
  public var byteCount: Int { storages.reduce(0) { $0 + $1.byteCount } }

  /// Stored bits a logical weight, scales and biases included.
  public var bitsPerWeight: Double {
    parameterCount == 0 ? 0 : Double(byteCount) * 8 / Double(parameterCount)
  }

  /// Bytes that one token takes in an unquantized key-value cache: two vectors a layer and key-value head.
  ///
  /// - Parameter elementBytes: 4 for single, 2 for half precision.
  public func cacheBytesPerToken(elementBytes: Int) -> Int {
    2 * layerCount * keyValueHeadCount * headDimension * elementBytes
  }
}
