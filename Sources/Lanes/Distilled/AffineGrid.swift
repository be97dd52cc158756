/// The values scale · code + bias of one group, as the checkpoint will hold them.
struct AffineGrid {
  var scale: Float
  var bias: Float

  /// Shares of a group's range that a candidate cuts off at either end.
  private static let cuts: [Float] = [0, 0.03, 0.06, 0.1, 0.15, 0.2]

  /// The grid with the least weighted squared error over a group.
  ///
  /// Candidates cut the range at both ends; the best is improved by weighted least squares for its codes.
  ///
  /// - Parameter round: Rounds to the type that scales and biases are stored in.
  init(
    fitting values: UnsafePointer<Float>, weights: UnsafePointer<Float>, count: Int, steps: Float,
    round: (Float) -> Float
  ) {
    var low = values[0]
    var high = values[0]
    for i in 1..<count {
      low = min(low, values[i])
      high = max(high, values[i])
    }
    let range = max(high - low, steps * 1e-7)
    var best = AffineGrid(scale: round(range / steps), bias: round(low))
    var least = best.error(values, weights, count: count, steps: steps)
    for lower in Self.cuts {
      for upper in Self.cuts where lower + upper > 0 {
        let grid = AffineGrid(
          scale: round(range * (1 - lower - upper) / steps), bias: round(low + lower * range))
        let error = grid.error(values, weights, count: count, steps: steps)
        if error < least { (best, least) = (grid, error) }
      }
    }
    for _ in 0..<3 {
      guard let refitted = best.refitted(values, weights, count: count, steps: steps, round: round) else { break }
      let error = refitted.error(values, weights, count: count, steps: steps)
      guard error < least else { break }
      (best, least) = (refitted, error)
    }
    self = best
  }

  init(scale: Float, bias: Float) {
    self.scale = scale == 0 ? .leastNormalMagnitude : scale
    self.bias = bias
  }

  /// The nearest code.
  @inline(__always)
  func code(of value: Float, steps: Float) -> Float {
    let position = min(max((value - bias) / scale, 0), steps)
    // At 2^23 a float's last bit is worth 1: the addition rounds.
    return position + 0x1p23 - 0x1p23
  }

  @inline(__always)
  private func error(
    _ values: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, count: Int, steps: Float
  ) -> Float {
    var partial = SIMD8<Float>(repeating: 0)
    let inverse = 1 / scale
    let magic = SIMD8<Float>(repeating: 0x1p23)
    for i in stride(from: 0, to: count, by: 8) {
      let value = UnsafeRawPointer(values + i).loadUnaligned(as: SIMD8<Float>.self)
      let weight = UnsafeRawPointer(weights + i).loadUnaligned(as: SIMD8<Float>.self)
      let position = ((value - bias) * inverse).clamped(
        lowerBound: SIMD8(repeating: 0), upperBound: SIMD8(repeating: steps))
      let difference = (position + magic - magic) * scale + bias - value
      partial += weight * difference * difference
    }
    return partial.sum()
  }

  /// The weighted least-squares fit to the codes, nil if they are too alike to determine both numbers.
  private func refitted(
    _ values: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, count: Int, steps: Float,
    round: (Float) -> Float
  ) -> AffineGrid? {
    var (all, codes, squares, sum, products): (Float, Float, Float, Float, Float) = (0, 0, 0, 0, 0)
    for i in 0..<count {
      let code = code(of: values[i], steps: steps)
      all += weights[i]
      codes += weights[i] * code
      squares += weights[i] * code * code
      sum += weights[i] * values[i]
      products += weights[i] * code * values[i]
    }
    let determinant = all * squares - codes * codes
    guard determinant > 1e-6 * all * squares else { return nil }
    return AffineGrid(
      scale: round((all * products - codes * sum) / determinant),
      bias: round((squares * sum - codes * products) / determinant))
  }
}
