/// The small floating-point formats of the OCP Microscaling specification (v1.0), decoded.
enum MicroscalingFloats {
  /// E2M1, 4 bits: ±{0, 0.5, 1, 1.5, 2, 3, 4, 6}.
  static func e2m1(_ code: UInt32) -> Float {
    let exponent = code >> 1 & 3
    let mantissa = Float(code & 1)
    let magnitude = exponent == 0 ? mantissa / 2 : (1 + mantissa / 2) * Float(1 << (exponent - 1))
    return code & 8 == 0 ? magnitude : -magnitude
  }

  /// E4M3, 8 bits: up to ±448, no infinities, NaN where all magnitude bits are set.
  static func e4m3(_ code: UInt32) -> Float {
    guard code & 0x7F != 0x7F else { return .nan }
    // The bits at a binary16's place, whose exponent bias is larger by 8.
    let scaled = HalfPrecision.float(half: UInt16(truncatingIfNeeded: (code & 0x80) << 8 | (code & 0x7F) << 7))
    return scaled * 256
  }

  /// E8M0, 8 bits: a power of two from 2^−127; 255 gives infinity, as it does in MLX, where the specification has NaN.
  static func e8m0(_ code: UInt8) -> Float {
    code == 0 ? 0x1p-127 : Float(bitPattern: UInt32(code) << 23)
  }
}
