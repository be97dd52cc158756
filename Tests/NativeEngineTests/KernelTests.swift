import CKernels
import Foundation
import Testing

@testable import NativeEngine

/// Every instruction set against the scalar reference.
@Suite("Kernels")
struct KernelTests {
  static let sets = InstructionSet.available.filter { $0 != .scalar }.map(\.rawValue)
  static let formats = [2, 3, 4, 5, 6, 8].flatMap { bits in [32, 64, 128].map { (bits, $0) } }

  let scalar: Kernels

  init() throws { scalar = try Kernels(named: "scalar") }

  @Test("An unknown instruction set is refused with those that run here")
  func unknownSet() {
    #expect(throws: EngineError.instructionSet("mmx", available: InstructionSet.available.map(\.rawValue))) {
      try Kernels(named: "mmx")
    }
  }

  @Test("Products of one token agree at every format and at odd widths", arguments: sets, formats)
  func vectors(set: String, format: (Int, Int)) throws {
    let kernels = try Kernels(named: set)
    for groups in [1, 3, 5, 9] {
      let matrix = RandomMatrix(rows: 37, columns: groups * format.1, bits: format.0, group: format.1)
      let x = matrix.randomInput(1)
      expectClose(
        matrix.product(x, kernels, .float32), matrix.product(x, scalar, .float32),
        scale: Float(1 << format.0) * Float(matrix.columns).squareRoot())
    }
  }

  @Test("Products with rounded activations are off by no more than the rounding", arguments: sets, formats)
  func fixedPoint(set: String, format: (Int, Int)) throws {
    let kernels = try Kernels(named: set)
    for groups in [1, 3, 5, 9] {
      let matrix = RandomMatrix(rows: 37, columns: groups * format.1, bits: format.0, group: format.1)
      let x = matrix.randomInput(1)
      let found = matrix.product(x, kernels, .fixed16)
      let expected = matrix.product(x, scalar, .float32)
      // Half a step of each activation, which is at most 1, times the largest weight.
      let limit = Float(matrix.columns) * Float(1 << format.0) / 65_534 + 1e-3
      #expect(largestDifference(found, expected) < limit)
    }
  }

  @Test(
    "Products of a batch are those of each input alone, to the last bit", arguments: sets,
    ActivationPrecision.allCases)
  func batches(set: String, precision: ActivationPrecision) throws {
    let kernels = try Kernels(named: set)
    for (bits, group, groups) in [(4, 32, 18), (4, 64, 9), (8, 64, 3), (2, 32, 5), (6, 64, 3)] {
      let matrix = RandomMatrix(rows: 21, columns: groups * group, bits: bits, group: group)
      let x = matrix.randomInput(7)
      let together = matrix.product(x, batch: 7, kernels, precision)
      for token in 0..<7 {
        let alone = matrix.product(
          Array(x[token * matrix.columns..<(token + 1) * matrix.columns]), kernels, precision)
        #expect(Array(together[token * 21..<(token + 1) * 21]) == alone)
      }
    }
  }

  @Test("Rounded products of many tokens are off by no more than the rounding", arguments: sets, formats)
  func fixedPointPanels(set: String, format: (Int, Int)) throws {
    let kernels = try Kernels(named: set)
    for tokens in [1, 17, 49, 100] {
      let matrix = RandomMatrix(rows: 19, columns: 5 * format.1, bits: format.0, group: format.1)
      let x = matrix.randomInput(tokens)
      let found = matrix.panelProduct(x, tokens: tokens, kernels, .fixed16)
      let expected = matrix.panelProduct(x, tokens: tokens, scalar)
      let limit = Float(matrix.columns) * Float(1 << format.0) / 65_534 + 1e-3
      #expect(largestDifference(found, expected) < limit)
    }
  }

  @Test("Products in bfloat16 are off by no more than the rounding", arguments: sets)
  func bfloat16Panels(set: String) throws {
    let kernels = try Kernels(named: set)
    for (tokens, columns) in [(1, 64), (17, 514), (49, 77), (100, 300)] {
      let matrix = RandomMatrix(rows: 19, columns: columns, storage: RK_BFLOAT16)
      let x = matrix.randomInput(tokens)
      let found = matrix.panelProduct(x, tokens: tokens, kernels, .matched)
      let expected = matrix.panelProduct(x, tokens: tokens, scalar)
      // Half of the last of the eight bits of each activation.
      expectClose(found, expected, scale: Float(columns) * 0x1p-9 / 1e-5)
    }
  }

  @Test("An activation that is not finite shows in the product", arguments: sets)
  func notANumber(set: String) throws {
    let kernels = try Kernels(named: set)
    for value in [Float.nan, .infinity] {
      let matrix = RandomMatrix(rows: 5, columns: 96, bits: 4, group: 32)
      var x = matrix.randomInput(1)
      x[40] = value
      let product = matrix.product(x, kernels, .fixed16)
      #expect(product.count == 5 && product.allSatisfy { !$0.isFinite })
    }
  }

  @Test("Products of many tokens agree at every format and at counts that fill no panel", arguments: sets, formats)
  func panels(set: String, format: (Int, Int)) throws {
    let kernels = try Kernels(named: set)
    for tokens in [1, 17, 49, 100] {
      let matrix = RandomMatrix(rows: 19, columns: 5 * format.1, bits: format.0, group: format.1)
      let x = matrix.randomInput(tokens)
      expectClose(
        matrix.panelProduct(x, tokens: tokens, kernels), matrix.panelProduct(x, tokens: tokens, scalar),
        scale: Float(1 << format.0) * Float(matrix.columns).squareRoot())
    }
  }

  @Test("Rows of floats are read as they are", arguments: sets, [RK_FLOAT32, RK_FLOAT16, RK_BFLOAT16])
  func floats(set: String, storage: rk_storage) throws {
    let kernels = try Kernels(named: set)
    for columns in [1, 15, 64, 77] {
      let matrix = RandomMatrix(rows: 11, columns: columns, storage: storage)
      #expect(matrix.dequantized(kernels) == matrix.dequantized(scalar))
      let x = matrix.randomInput(1)
      expectClose(
        matrix.product(x, kernels, .float32), matrix.product(x, scalar, .float32), scale: Float(columns).squareRoot())
    }
  }

  @Test("Denormal scales and the largest codes neither vanish nor overflow", arguments: sets)
  func denormals(set: String) throws {
    let kernels = try Kernels(named: set)
    for bits in [4, 8] {
      let matrix = RandomMatrix(rows: 5, columns: 96, bits: bits, group: 32, scale: 6e-8, codes: 0xFF)
      #expect(matrix.dequantized(kernels) == matrix.dequantized(scalar))
      #expect(matrix.dequantized(kernels).contains { $0 != 0 })
    }
  }

  @Test("Dequantized rows agree to the last place", arguments: sets, formats)
  func dequantizedRows(set: String, format: (Int, Int)) throws {
    let kernels = try Kernels(named: set)
    let matrix = RandomMatrix(rows: 7, columns: 3 * format.1, bits: format.0, group: format.1)
    // The vector path fuses multiplication and addition, which rounds once; the reference rounds twice.
    expectClose(matrix.dequantized(kernels), matrix.dequantized(scalar), scale: Float(1 << format.0))
  }

  @Test("Norms, gates and logarithms of sums agree at odd counts", arguments: sets)
  func elementwise(set: String) throws {
    let kernels = try Kernels(named: set)
    for count in [1, 16, 33, 577] {
      var generator = Numbers(seed: UInt64(count))
      let x = generator.floats(count, in: -8...8)
      let y = generator.floats(count, in: -2...2)
      func normalized(_ kernels: Kernels) -> [Float] {
        var out = [Float](repeating: 0, count: count)
        kernels.functions.normalize(x, y, 1e-5, Int64(count), &out)
        return out
      }
      func gated(_ kernels: Kernels) -> [Float] {
        var out = x
        kernels.functions.gate(RK_SILU, &out, y, Int64(count))
        return out
      }
      func logSum(_ kernels: Kernels) -> [Float] {
        var (largest, logSum): (Float, Float) = (0, 0)
        kernels.functions.log_sum_exp(x, Int64(count), &largest, &logSum)
        return [largest, logSum]
      }
      expectClose(normalized(kernels), normalized(scalar), scale: 1)
      expectClose(gated(kernels), gated(scalar), scale: 8)
      expectClose(logSum(kernels), logSum(scalar), scale: 8)
    }
  }
}

/// Microscaling floats of every instruction set against the scalar reference.
@Suite("Kernels of microscaling floats")
struct MicroscalingKernelTests {
  static let sets = InstructionSet.available.filter { $0 != .scalar }.map(\.rawValue)
  static let formats = [RK_MXFP4, RK_MXFP8, RK_NVFP4]

  let scalar: Kernels

  init() throws { scalar = try Kernels(named: "scalar") }

  @Test("Dequantized rows are equal", arguments: sets, formats)
  func rows(set: String, format: rk_storage) throws {
    let matrix = RandomMatrix(rows: 7, columns: 96, microscaling: format)
    #expect(try matrix.dequantized(Kernels(named: set)) == matrix.dequantized(scalar))
  }

  @Test("Products of one token agree at odd widths", arguments: sets, formats)
  func vectors(set: String, format: rk_storage) throws {
    let kernels = try Kernels(named: set)
    for columns in [32, 96, 576] {
      let matrix = RandomMatrix(rows: 37, columns: columns, microscaling: format)
      let x = matrix.randomInput(1)
      let scale = matrix.dequantized(scalar).map(abs).max() ?? 1
      expectClose(
        matrix.product(x, kernels, .float32), matrix.product(x, scalar, .float32),
        scale: scale * Float(columns).squareRoot())
    }
  }

  @Test("Products with rounded activations are off by no more than the rounding", arguments: sets, formats)
  func fixedPoint(set: String, format: rk_storage) throws {
    let kernels = try Kernels(named: set)
    for columns in [32, 64, 96, 128, 160, 192, 576] {
      let matrix = RandomMatrix(rows: 37, columns: columns, microscaling: format)
      for tokens in [1, 4, 7] {
        let x = matrix.randomInput(tokens)
        let found = matrix.product(x, batch: tokens, kernels, .fixed16)
        let expected = matrix.product(x, batch: tokens, scalar, .float32)
        #expect(largestDifference(found, expected) < limit(of: matrix))
        if format != RK_MXFP4 { #expect(found == matrix.product(x, batch: tokens, kernels, .float32)) }
      }
    }
  }

  @Test("Rounded products of many tokens are off by no more than the rounding", arguments: sets, formats)
  func fixedPointPanels(set: String, format: rk_storage) throws {
    let kernels = try Kernels(named: set)
    for tokens in [1, 17, 49, 100] {
      let matrix = RandomMatrix(rows: 19, columns: 544, microscaling: format)
      let x = matrix.randomInput(tokens)
      let expected = matrix.panelProduct(x, tokens: tokens, scalar)
      #expect(
        largestDifference(matrix.panelProduct(x, tokens: tokens, kernels, .fixed16), expected) < limit(of: matrix))
    }
  }

  /// Half a step of each activation, which is at most 1, times the largest weight.
  private func limit(of matrix: RandomMatrix) -> Float {
    let largest = matrix.dequantized(scalar).map(abs).max() ?? 1
    return Float(matrix.columns) * largest / 65_534 + largest * 1e-4
  }

  @Test("A scale of zero exponent and the largest elements are read as they are", arguments: sets)
  func extremes(set: String) throws {
    let matrix = RandomMatrix(rows: 5, columns: 96, microscaling: RK_MXFP4, scale: 0, codes: 0x7F)
    let x = matrix.randomInput(1).map { $0 * 0x1p100 }
    let (found, expected) = try (
      matrix.product(x, Kernels(named: set), .fixed16), matrix.product(x, scalar, .float32)
    )
    expectClose(found, expected, scale: 6 * 0x1p-27 * 10)
    #expect(expected.contains { $0 != 0 })
  }

  @Test("Products of many tokens agree", arguments: sets, formats)
  func panels(set: String, format: rk_storage) throws {
    let kernels = try Kernels(named: set)
    for tokens in [1, 17, 100] {
      let matrix = RandomMatrix(rows: 19, columns: 544, microscaling: format)
      let x = matrix.randomInput(tokens)
      let scale = matrix.dequantized(scalar).map(abs).max() ?? 1
      expectClose(
        matrix.panelProduct(x, tokens: tokens, kernels), matrix.panelProduct(x, tokens: tokens, scalar),
        scale: scale * Float(544).squareRoot())
    }
  }
}

/// Equal but for the rounding of sums in another order.
func expectClose(
  _ found: [Float], _ expected: [Float], scale: Float, sourceLocation: SourceLocation = #_sourceLocation
) {
  let scales = expected.map { scale + abs($0) }
  let largest = largestDifference(found, expected, relativeTo: scales, sourceLocation: sourceLocation)
  #expect(largest < 1e-5, "largest relative difference \(largest)", sourceLocation: sourceLocation)
}

/// The largest difference of corresponding elements; infinite if one is not a number. Expects equal counts above zero.
func largestDifference(
  _ found: [Float], _ expected: [Float], relativeTo scales: [Float]? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) -> Float {
  #expect(!expected.isEmpty && found.count == expected.count, sourceLocation: sourceLocation)
  let scales = scales ?? [Float](repeating: 1, count: expected.count)
  return zip(zip(found, expected), scales).reduce(0) { largest, element in
    let difference = abs(element.0.0 - element.0.1) / element.1
    return difference.isNaN ? .infinity : max(largest, difference)
  }
}
