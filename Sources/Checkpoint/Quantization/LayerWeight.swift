/// The weight of a layer, quantized or not.
public enum LayerWeight: Sendable {
  /// F32, F16 or BF16.
  case plain(TensorView)
  case quantized(QuantizedTensor)

  /// The logical shape.
  public var shape: [Int] {
    switch self {
    case .plain(let tensor): tensor.shape
    case .quantized(let tensor): tensor.shape
    }
  }

  /// Rows: the product of all dimensions but the last.
  public var rowCount: Int {
    switch self {
    case .plain(let tensor): tensor.rowCount
    case .quantized(let tensor): tensor.rowCount
    }
  }

  /// Elements of a row.
  public var columnCount: Int { shape.last ?? 1 }

  /// The format, nil where the weight is not quantized.
  public var format: QuantizationFormat? {
    guard case .quantized(let tensor) = self else { return nil }
    return tensor.format
  }

  /// The type that the weight has once dequantized: its own, that of affine scales, or BF16.
  public var floatType: TensorType {
    switch self {
    case .plain(let tensor): tensor.type
    case .quantized(let tensor): tensor.format.mode == .affine ? tensor.scales.type : .BF16
    }
  }

  /// Bytes in the file, scales and biases included.
  public var byteCount: Int {
    switch self {
    case .plain(let tensor): tensor.bytes.count
    case .quantized(let tensor):
      tensor.codes.bytes.count + tensor.scales.bytes.count + (tensor.biases?.bytes.count ?? 0)
    }
  }

  /// Computes one row in 32-bit floats.
  ///
  /// - Precondition: `row < rowCount` and `output.count == columnCount`.
  public func copyRow(_ row: Int, into output: UnsafeMutableBufferPointer<Float>) {
    switch self {
    case .plain(let tensor): tensor.copyRow(row, into: output)
    case .quantized(let tensor): tensor.dequantizedRow(row, into: output)
    }
  }

  /// Checks that no weight, scale or bias is NaN or infinite.
  public func validateFinite() throws(CheckpointError) {
    switch self {
    case .plain(let tensor): try tensor.validateFinite()
    case .quantized(let tensor): try tensor.validateFinite()
    }
  }
}
