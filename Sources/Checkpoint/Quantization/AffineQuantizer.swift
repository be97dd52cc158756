/// Quantizes groups of floats as `mx.quantize` does in affine mode, bit for bit.
///
/// The end of the range with the larger magnitude (the edge) becomes the bias, and the scale is adjusted so that zero
/// falls on a code, as the notes of `mlx.core.quantize` say:
/// <https://ml-explore.github.io/mlx/build/html/python/_autosummary/mlx.core.quantize.html>. All arithmetic is in
/// 32-bit floats, and codes come from the scale and bias before these are rounded to the weights' type.
struct AffineQuantizer {
  let bits: Int
  let groupSize: Int

  /// Ranges below this times the number of steps count as this, so that a scale is never zero.
  private static let smallestScale: Float = 1e-7

  /// Quantizes one group of finite values into `groupSize / 32 · bits` words.
  func quantize(
    _ values: UnsafePointer<Float>, into words: UnsafeMutablePointer<UInt32>
  ) -> (scale: Float, bias: Float) {
    var low = values[0]
    var high = values[0]
    for i in 1..<groupSize {
      low = values[i] < low ? values[i] : low
      high = values[i] > high ? values[i] : high
    }
    let maximumCode = Float(1 << bits - 1)
    let (scale, bias) = Self.parameters(low: low, high: high, maximumCode: maximumCode)
    for start in stride(from: 0, to: groupSize, by: 32) {
      pack(values + start, scale: scale, bias: bias, maximumCode: maximumCode, into: words + start / 32 * bits)
    }
    return (scale, bias)
  }

  private static func parameters(low: Float, high: Float, maximumCode: Float) -> (scale: Float, bias: Float) {
    let edgeIsLow = abs(low) > abs(high)
    let magnitude = max((high - low) / maximumCode, smallestScale)
    let scale = edgeIsLow ? magnitude : -magnitude
    let edge = edgeIsLow ? low : high
    let zeroCode = (edge / scale).rounded(.toNearestOrEven)
    return zeroCode == 0 ? (scale, 0) : (edge / zeroCode, edge)
  }

  /// Codes of 32 values as `bits` words.
  @inline(__always)
  private func pack(
    _ values: UnsafePointer<Float>, scale: Float, bias: Float, maximumCode: Float,
    into words: UnsafeMutablePointer<UInt32>
  ) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 32) { codes in
      for i in 0..<32 {
        let position = (values[i] - bias) / scale
        let clamped = min(max(position, 0), maximumCode)
        // At 2^23 a float's last bit is worth 1: the addition itself rounds to the nearest code, ties to even.
        codes[i] = (clamped + 0x1p23).bitPattern & 0xFF
      }
      var accumulator: UInt64 = 0
      var filled = 0
      var word = 0
      for i in 0..<32 {
        accumulator |= UInt64(codes[i]) << UInt64(filled)
        filled += bits
        if filled >= 32 {
          words[word] = UInt32(truncatingIfNeeded: accumulator).littleEndian
          word += 1
          accumulator >>= 32
          filled -= 32
        }
      }
    }
  }
}
