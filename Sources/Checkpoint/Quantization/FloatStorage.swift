/// Rounding 32-bit floats to the types that weights, scales and biases are stored in, and writing them as such.
public enum FloatStorage {
  /// The nearest value of F16 or BF16, ties to even; the value itself for other types.
  @inline(__always)
  public static func round(_ value: Float, to type: TensorType) -> Float {
    switch type {
    case .F16: HalfPrecision.float(half: HalfPrecision.half(value))
    case .BF16: HalfPrecision.float(bfloat16: HalfPrecision.bfloat16(value))
    default: value
    }
  }

  /// Rounds values in place; false if one is not finite afterwards.
  static func round(_ values: UnsafeMutableBufferPointer<Float>, to type: TensorType) -> Bool {
    switch type {
    case .F16: for i in values.indices { values[i] = round(values[i], to: .F16) }
    case .BF16: for i in values.indices { values[i] = round(values[i], to: .BF16) }
    default: break
    }
    var isFinite = true
    for value in values { isFinite = value.bitPattern & 0x7F80_0000 != 0x7F80_0000 && isFinite }
    return isFinite
  }

  /// Stores a value at an index of elements of the type, rounded to nearest.
  @inline(__always)
  public static func store(_ value: Float, as type: TensorType, at index: Int, in output: UnsafeMutableRawPointer) {
    switch type {
    case .F16:
      output.storeBytes(of: HalfPrecision.half(value).littleEndian, toByteOffset: 2 * index, as: UInt16.self)
    case .BF16:
      output.storeBytes(of: HalfPrecision.bfloat16(value).littleEndian, toByteOffset: 2 * index, as: UInt16.self)
    default: output.storeBytes(of: value.bitPattern.littleEndian, toByteOffset: 4 * index, as: UInt32.self)
    }
  }
}

/// Conversions between 32-bit floats and the bit patterns of the two 16-bit formats.
///
/// By hand because `Float16` does not exist on every platform, and because these inline and vectorize.
enum HalfPrecision {
  /// The value of an IEEE 754 binary16, exactly.
  @inline(__always)
  static func float(half bits: UInt16) -> Float {
    let magnitude = UInt32(bits & 0x7FFF) << 13
    let sign = UInt32(bits & 0x8000) << 16
    // Scaling by 2^112 rebases the exponent and normalizes subnormals in one exact step.
    let scaled = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
    let special = bits & 0x7C00 == 0x7C00 ? magnitude | 0x7F80_0000 : scaled
    return Float(bitPattern: special | sign)
  }

  /// The nearest binary16, ties to even; beyond 65519.99… infinity.
  @inline(__always)
  static func half(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
    let magnitude = bits & 0x7FFF_FFFF
    if magnitude > 0x7F80_0000 { return sign | 0x7E00 }
    if magnitude >= 0x477F_F000 { return sign | 0x7C00 }
    if magnitude < 0x3880_0000 {
      // Adding 0.5 leaves exactly the bits of a binary16 subnormal in the mantissa, rounded to even by the addition.
      let shifted = Float(bitPattern: magnitude) + 0.5
      return sign | UInt16(truncatingIfNeeded: shifted.bitPattern &- Float(0.5).bitPattern)
    }
    let odd = (magnitude >> 13) & 1
    return sign | UInt16(truncatingIfNeeded: (magnitude &- (112 << 23) &+ 0xFFF &+ odd) >> 13)
  }

  /// The value of a bfloat16, exactly.
  @inline(__always)
  static func float(bfloat16 bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

  /// The nearest bfloat16, ties to even.
  @inline(__always)
  static func bfloat16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    if bits & 0x7FFF_FFFF > 0x7F80_0000 { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) >> 16)
  }
}
