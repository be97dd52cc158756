import Checkpoint
import Platform
import Testing

@testable import Lanes

@Suite("Quantization by the inputs of a layer")
struct ActivationAwareQuantizerTests {
  private let rows = 24
  private let columns = 128

  /// From -0.5 to 0.5.
  private static func centred(_ generator: inout SplitMix64) -> Float { Float(generator.next() >> 40) * 0x1p-24 - 0.5 }

  /// The second moments of inputs that mostly vary along a few directions, as activations do.
  private func moments(_ generator: inout SplitMix64) -> [Float] {
    var sums = [Float](repeating: 0, count: columns * columns)
    let directions = (0..<6).map { _ in (0..<columns).map { _ in Self.centred(&generator) } }
    for _ in 0..<400 {
      var input = (0..<columns).map { _ in Self.centred(&generator) * 0.1 }
      for direction in directions {
        let amount = Self.centred(&generator) * 4
        for i in 0..<columns { input[i] += amount * direction[i] }
      }
      for i in 0..<columns { for j in 0..<columns { sums[i * columns + j] += input[i] * input[j] / 400 } }
    }
    return sums
  }

  /// Σ eᵀ H e over rows, for the error of the dequantized parts.
  private func cost(_ parts: QuantizedParts, _ weights: [Float], _ moments: [Float], bits: Int) -> Double {
    var total = 0.0
    for row in 0..<rows {
      var error = [Float](repeating: 0, count: columns)
      for column in 0..<columns {
        let group = row * columns / 64 + column / 64
        let bit = (row * columns + column) * bits
        var code = UInt32(parts.codes[bit / 8]) >> UInt32(bit % 8)
        if bit % 8 + bits > 8 { code |= UInt32(parts.codes[bit / 8 + 1]) << UInt32(8 - bit % 8) }
        let float = { (bytes: [UInt8]) in
          Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[4 * group + $1]) << UInt32(8 * $1) })
        }
        error[column] =
          weights[row * columns + column]
          - (float(parts.scales) * Float(code & (1 << UInt32(bits) - 1)) + float(parts.biases))
      }
      for i in 0..<columns {
        for j in 0..<columns { total += Double(error[i] * moments[i * columns + j] * error[j]) }
      }
    }
    return total
  }

  @Test("Products change far less than with codes rounded one by one", arguments: [3, 4, 8])
  func beatsRounding(bits: Int) throws {
    var generator = SplitMix64(seed: 7)
    let moments = moments(&generator)
    let weights = (0..<rows * columns).map { _ in Self.centred(&generator) }
    let format = try #require(QuantizationFormat(bits: bits, groupSize: 64))
    let tuned = ActivationAwareQuantizer(format: format, type: .F32)
      .quantize(weights, rows: rows, columns: columns, moments: moments)
    // Under the identity the same code rounds each weight by itself.
    let identity = (0..<columns * columns).map { $0 / columns == $0 % columns ? Float(1) : 0 }
    let rounded = ActivationAwareQuantizer(format: format, type: .F32)
      .quantize(weights, rows: rows, columns: columns, moments: identity)
    #expect(tuned.codes.count == rounded.codes.count && tuned.codes.count == rows * columns * bits / 8)
    #expect(
      cost(tuned, weights, moments, bits: bits) < 0.5 * cost(rounded, weights, moments, bits: bits))
  }

  @Test("The factor times its transpose is the matrix plus the ridge")
  func factor() {
    var generator = SplitMix64(seed: 3)
    let matrix = moments(&generator)
    let factor = CholeskyFactor(matrix, size: columns)
    let ridge =
      (0..<columns).reduce(Float(0)) { $0 + matrix[$1 * columns + $1] } / Float(columns) * CholeskyFactor.ridge
    for i in stride(from: 0, to: columns, by: 17) {
      for j in stride(from: 0, through: i, by: 5) {
        let product = (0...j).reduce(Float(0)) { $0 + factor.rows[i * columns + $1] * factor.rows[j * columns + $1] }
        #expect(abs(product - matrix[i * columns + j] - (i == j ? ridge : 0)) < 1e-3)
      }
    }
  }
}
