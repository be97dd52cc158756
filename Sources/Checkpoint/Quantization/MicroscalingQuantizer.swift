import Foundation

/// Quantizes groups of floats to microscaling formats as `mx.quantize` does on the CPU, bit for bit.
///
/// The scale takes the group's largest magnitude to the largest element: rounded up to a power of two, or for nvfp4 to
/// the nearest E4M3. MLX computes in the type of the weights, so each step is rounded to it.
struct MicroscalingQuantizer {
  let mode: QuantizationFormat.Mode
  /// F32, F16 or BF16.
  let type: TensorType

  var groupSize: Int { mode == .nvfp4 ? 16 : 32 }
  private var bits: Int { mode == .mxfp8 ? 8 : 4 }
  private var largestElement: Float { mode == .mxfp8 ? 448 : 6 }

  /// Bytes of one group's codes.
  var groupBytes: Int { groupSize * bits / 8 }

  /// Quantizes one group of finite values into `groupBytes` bytes and returns the code of its scale.
  func quantize(_ values: UnsafePointer<Float>, into codes: UnsafeMutablePointer<UInt8>) -> UInt8 {
    var largest: Float = 0
    for i in 0..<groupSize { largest = max(largest, abs(values[i])) }
    let (code, divisor) = scale(of: rounded(largest / largestElement))
    if bits == 8 {
      for i in 0..<groupSize { codes[i] = MicroscalingFloats.e4m3Code(rounded(values[i] / divisor)) }
    } else {
      for i in stride(from: 0, to: groupSize, by: 2) {
        let low = MicroscalingFloats.e2m1Code(rounded(values[i] / divisor))
        let high = MicroscalingFloats.e2m1Code(rounded(values[i + 1] / divisor))
        codes[i / 2] = low | high << 4
      }
    }
    return code
  }

  private func scale(of ratio: Float) -> (code: UInt8, divisor: Float) {
    if mode == .nvfp4 {
      let code = MicroscalingFloats.e4m3Code(ratio)
      return (code, MicroscalingFloats.e4m3(UInt32(code)))
    }
    let exponent = ratio == 0 ? 0 : Int(ratio.exponent) + (ratio.significand > 1 ? 1 : 0)
    return (UInt8(truncatingIfNeeded: exponent + 127), rounded(exp2f(Float(exponent))))
  }

  @inline(__always)
  private func rounded(_ value: Float) -> Float { FloatStorage.round(value, to: type) }
}

/// The small floating-point formats of the OCP Microscaling specification (v1.0).
enum MicroscalingFloats {
  /// E2M1, 4 bits: ±{0, 0.5, 1, 1.5, 2, 3, 4, 6}.
  static func e2m1(_ code: UInt32) -> Float {
    let exponent = code >> 1 & 3
    let mantissa = Float(code & 1)
    let magnitude = exponent == 0 ? mantissa / 2 : (1 + mantissa / 2) * Float(1 << (exponent - 1))
    return code & 8 == 0 ? magnitude : -magnitude
  }

  /// E4M3, 8 bits: up to ±448, no infinities, NaN if all magnitude bits are set.
  static func e4m3(_ code: UInt32) -> Float {
    guard code & 0x7F != 0x7F else { return .nan }
    // The bits at a binary16's place, whose exponent bias is larger by 8.
    let scaled = HalfPrecision.float(half: UInt16(truncatingIfNeeded: (code & 0x80) << 8 | (code & 0x7F) << 7))
    return scaled * 256
  }

  /// E8M0, 8 bits: a power of two from 2^−127; 255 is infinity, as in MLX; the specification has NaN.
  static func e8m0(_ code: UInt8) -> Float {
    code == 0 ? 0x1p-127 : Float(bitPattern: UInt32(code) << 23)
  }

  /// The nearest E2M1, ties to the smaller magnitude; no negative zero, and zero for what is not finite.
  @inline(__always)
  static func e2m1Code(_ value: Float) -> UInt8 {
    guard value.isFinite else { return 0 }
    let magnitude = abs(value)
    var code: UInt8 = 0
    for limit: Float in [0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5] where magnitude > limit { code += 1 }
    return value < 0 && code > 0 ? code | 8 : code
  }

  /// The nearest E4M3, ties to even; ±448 from there on.
  @inline(__always)
  static func e4m3Code(_ value: Float) -> UInt8 {
    let sign = UInt8(truncatingIfNeeded: value.bitPattern >> 24) & 0x80
    let magnitude = value.bitPattern & 0x7FFF_FFFF
    if magnitude >= Float(448).bitPattern { return sign | 0x7E }
    if magnitude < Float(0x1p-6).bitPattern {
      // At 2^14 a float's last bit is worth 2^-9, the smallest E4M3: the addition itself rounds to even.
      let shifted = Float(bitPattern: magnitude) + 0x1p14
      return sign | UInt8(truncatingIfNeeded: shifted.bitPattern &- Float(0x1p14).bitPattern)
    }
    let odd = magnitude >> 20 & 1
    return sign | UInt8(truncatingIfNeeded: (magnitude &- 120 << 23 &+ 0x7FFFF &+ odd) >> 20)
  }
}
