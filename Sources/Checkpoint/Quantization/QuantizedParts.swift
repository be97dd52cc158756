/// The bytes of one quantized layer, as they stand in a weight file (see `QuantizedTensor`).
public struct QuantizedParts: Sendable, Equatable {
  public var codes: [UInt8]
  public var scales: [UInt8]
  /// Empty where the mode has none.
  public var biases: [UInt8]

  public init(codes: [UInt8], scales: [UInt8], biases: [UInt8]) {
    (self.codes, self.scales, self.biases) = (codes, scales, biases)
  }
}
