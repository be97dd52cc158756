/// The lower triangle L with H + ridge = L Lᵀ, row-major with zeros above the diagonal.
struct CholeskyFactor: Sendable {
  let size: Int
  let rows: [Float]

  /// The share of the diagonal's mean that is added to it, so that directions which hardly occur in the calibration text
  /// are not traded away for those that do.
  static let ridge: Float = 0.01

  /// - Parameter matrix: Symmetric and positive semidefinite, `size` × `size`, row-major.
  /// - Complexity: O(*n*³ / 6) multiplications.
  init(_ matrix: [Float], size: Int) {
    self.size = size
    var mean: Float = 0
    for i in 0..<size { mean += matrix[i * size + i] / Float(size) }
    let added = max(mean * Self.ridge, .leastNormalMagnitude)
    var rows = [Float](repeating: 0, count: size * size)
    rows.withUnsafeMutableBufferPointer { rows in
      guard let base = rows.baseAddress else { return }
      for i in 0..<size {
        for j in 0...i {
          let sum = matrix[i * size + j] - Self.dot(base + i * size, base + j * size, count: j)
          if i == j {
            base[i * size + i] = max(sum + added, added).squareRoot()
          } else {
            base[i * size + j] = sum / base[j * size + j]
          }
        }
      }
    }
    self.rows = rows
  }

  /// In sixteen partial sums: the compiler may not reorder the additions.
  private static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
    var partial = SIMD16<Float>(repeating: 0)
    var i = 0
    while i + 16 <= count {
      let left = UnsafeRawPointer(a + i).loadUnaligned(as: SIMD16<Float>.self)
      let right = UnsafeRawPointer(b + i).loadUnaligned(as: SIMD16<Float>.self)
      partial += left * right
      i += 16
    }
    var sum = partial.sum()
    while i < count {
      sum += a[i] * b[i]
      i += 1
    }
    return sum
  }
}
