/// The bytes of one quantized layer, as they stand in a weight file (see `QuantizedTensor`).
public struct QuantizedParts: Sendable, Equatable {
  public var codes: [UInt8]
  public var scales: [UInt8]
  /// Empty if the mode has none.
  public var biases: [UInt8]

  public init(codes: [UInt8], scales: [UInt8], biases: [UInt8]) {
    (self.codes, self.scales, self.biases) = (codes, scales, biases)
  }
}

extension QuantizedParts {
  /// Finite values, row-major, in groups that divide the rows, as `mx.quantize` makes them in affine mode.
  ///
  /// - Parameter type: Of the scales and biases: F32, F16 or BF16.
  public init(affine values: [Float], format: QuantizationFormat, type: TensorType) {
    let quantizer = AffineQuantizer(bits: format.bits, groupSize: format.groupSize)
    let (groups, words) = (values.count / format.groupSize, format.groupSize / 32 * format.bits)
    let parameters = [UInt8](repeating: 0, count: groups * type.byteWidth)
    self.init(codes: [UInt8](repeating: 0, count: groups * words * 4), scales: parameters, biases: parameters)
    values.withUnsafeBufferPointer { values in
      codes.withUnsafeMutableBytes { codes in
        scales.withUnsafeMutableBytes { scales in
          biases.withUnsafeMutableBytes { biases in
            guard let values = values.baseAddress, let codes = codes.baseAddress, let scales = scales.baseAddress,
              let biases = biases.baseAddress
            else { return }
            for group in 0..<groups {
              let (scale, bias) = quantizer.quantize(
                values + group * format.groupSize,
                into: codes.assumingMemoryBound(to: UInt32.self) + group * words)
              FloatStorage.store(scale, as: type, at: group, in: scales)
              FloatStorage.store(bias, as: type, at: group, in: biases)
            }
          }
        }
      }
    }
  }
}

/// An affine layer that is filled group by group, from any thread.
public struct AffineParts {
  /// The layer as far as it is filled; zero elsewhere.
  public private(set) var parts: QuantizedParts
  private let format: QuantizationFormat
  private let type: TensorType

  /// - Parameter type: The type of scales and biases: F32, F16 or BF16.
  public init(rows: Int, groups: Int, format: QuantizationFormat, type: TensorType) {
    let parameters = [UInt8](repeating: 0, count: rows * groups * type.byteWidth)
    parts = QuantizedParts(
      codes: [UInt8](repeating: 0, count: rows * groups * format.groupSize * format.bits / 8), scales: parameters,
      biases: parameters)
    (self.format, self.type) = (format, type)
  }

  /// Where groups are stored; each group by one thread only.
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

  /// Calls `body` with the place for the groups, which is valid until it returns.
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
