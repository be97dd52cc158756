/// How all weights of a model that is only planned are stored.
public enum WeightStorage: Sendable, Equatable {
  /// As the floats that the configuration names.
  case floats
  case quantized(QuantizationFormat)

  /// Reads `bf16`, `4bit`, `8bit-g32`, `mxfp4`, `mxfp8` or `nvfp4`; nil for any other text.
  ///
  /// Affine groups are of 64 weights if the text does not say.
  public init?(_ text: String) {
    switch text.lowercased() {
    case "bf16": self = .floats
    case "mxfp4": self = .quantized(.mxfp4)
    case "mxfp8": self = .quantized(.mxfp8)
    case "nvfp4": self = .quantized(.nvfp4)
    case let other:
      let parts = other.split(separator: "-", omittingEmptySubsequences: false)
      let group = parts.count == 1 ? 64 : parts[1].first == "g" ? Int(parts[1].dropFirst()) : nil
      guard parts.count <= 2, parts[0].hasSuffix("bit"), let bits = Int(parts[0].dropLast(3)), let group,
        let format = QuantizationFormat(bits: bits, groupSize: group)
      else { return nil }
      self = .quantized(format)
    }
  }
}
