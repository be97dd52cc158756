/// The element types of the safetensors format, under the names its header gives them.
public enum TensorType: String, Sendable, Hashable, CaseIterable {
  case F64, F32, F16, BF16, U8, I8, U16, I16, U32, I32, U64, I64, BOOL

  /// Bytes of one element.
  public var byteWidth: Int {
    switch self {
    case .U8, .I8, .BOOL: 1
    case .F16, .BF16, .U16, .I16: 2
    case .F32, .U32, .I32: 4
    case .F64, .U64, .I64: 8
    }
  }

  /// Whether elements are floating-point numbers.
  public var isFloat: Bool {
    switch self {
    case .F64, .F32, .F16, .BF16: true
    default: false
    }
  }
}
