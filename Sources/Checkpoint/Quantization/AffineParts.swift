/// An affine layer that is filled group by group, from any thread.
public struct AffineParts {
  public private(set) var parts: QuantizedParts
  private let format: QuantizationFormat
  private let type: TensorType

  /// - Parameter type: F32, F16 or BF16: of scales and biases.
  public init(rows: Int, groups: Int, format: QuantizationFormat, type: TensorType) {
    let parameters = [UInt8](repeating: 0, count: rows * groups * type.byteWidth)
    parts = QuantizedParts(
      codes: [UInt8](repeating: 0, count: rows * groups * format.groupSize * format.bits / 8), scales: parameters,
      biases: parameters)
    (self.format, self.type) = (format, type)
  }

  /// Where groups are stored; each must be by one thread only.
  public struct Output {
    let codes: UnsafeMutableRawBufferPointer
    let scales: UnsafeMutableRawBufferPointer
    let biases: UnsafeMutableRawBufferPointer
    let format: QuantizationFormat
    let type: TensorType

    /// Stores the codes (whole numbers that fit the format's bits), scale and bias of a group.
    public func store(_ values: UnsafeBufferPointer<Float>, scale: Float, bias: Float, at group: Int) {
      guard let scaleBase = scales.baseAddress, let biasBase = biases.baseAddress else { return }
      FloatStorage.store(scale, as: type, at: group, in: scaleBase)
      FloatStorage.store(bias, as: type, at: group, in: biasBase)
      var byte = group * format.groupSize * format.bits / 8
      var pending: UInt32 = 0
      var filled = 0
      for value in values {
        pending |= UInt32(value) << UInt32(filled)
        filled += format.bits
        while filled >= 8 {
          codes[byte] = UInt8(truncatingIfNeeded: pending)
          pending >>= 8
          filled -= 8
          byte += 1
        }
      }
    }
  }

  public mutating func fill(_ body: (Output) -> Void) {
    let (format, type) = (format, type)
    parts.codes.withUnsafeMutableBytes { codes in
      parts.scales.withUnsafeMutableBytes { scales in
        parts.biases.withUnsafeMutableBytes { biases in
          body(Output(codes: codes, scales: scales, biases: biases, format: format, type: type))
        }
      }
    }
  }
}

/// Rounding to the types that scales and biases are stored in.
public enum FloatRounding {
  /// The nearest value of F16 or BF16, ties to even; the value itself for other types.
  @inline(__always)
  public static func round(_ value: Float, to type: TensorType) -> Float {
    switch type {
    case .F16: HalfPrecision.float(half: HalfPrecision.half(value))
    case .BF16: HalfPrecision.float(brain: HalfPrecision.brain(value))
    default: value
    }
  }
}
