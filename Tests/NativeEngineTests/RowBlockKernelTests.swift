import CKernels
import Testing

@testable import NativeEngine

/// Matrices whose rows stand in blocks, against the scalar reference and against the same rows one after the other, in every
/// instruction set that has them.
@Suite("Kernels of rows in blocks")
struct RowBlockKernelTests {
  static let sets = InstructionSet.available.map(\.rawValue).filter { name in
    (try? Kernels(named: name))?.functions.in_blocks != nil
  }
  static let formats = [2, 4, 8].flatMap { bits in [32, 64, 128].map { (bits, $0) } }

  let scalar: Kernels

  init() throws { scalar = try Kernels(named: "scalar") }

  private func expectSame(_ matrix: RandomMatrix, _ kernels: Kernels, limit: Float) {
    let blocks = matrix.inBlocks()
    #expect(blocks.dequantized(kernels) == matrix.dequantized(kernels))
    for tokens in [1, 4, 7] {
      let x = matrix.randomInput(tokens)
      let found = blocks.product(x, batch: tokens, kernels, .fixed16)
      #expect(largestDifference(found, matrix.product(x, batch: tokens, scalar, .float32)) < limit)
      for token in 0..<tokens {
        let one = Array(x[token * matrix.columns..<(token + 1) * matrix.columns])
        let alone = blocks.product(one, kernels, .fixed16)
        #expect(Array(found[token * matrix.rows..<(token + 1) * matrix.rows]) == alone)
      }
    }
    for tokens in [1, 17, 49, 100] {
      let x = matrix.randomInput(tokens)
      #expect(
        blocks.panelProduct(x, tokens: tokens, kernels, .fixed16)
          == matrix.panelProduct(x, tokens: tokens, kernels, .fixed16))
    }
  }

  @Test("Affine codes have the same products at odd widths", arguments: sets, formats)
  func affine(set: String, format: (Int, Int)) throws {
    for (rows, groups) in [(16, 1), (48, 3), (16, 5), (80, 9)] {
      let matrix = RandomMatrix(rows: rows, columns: groups * format.1, bits: format.0, group: format.1)
      // Half a step of each activation, which is at most 1, times the largest weight.
      let limit = Float(matrix.columns) * Float(1 << format.0) / 65_278 + 1e-3
      expectSame(matrix, try Kernels(named: set), limit: limit)
    }
  }

  @Test("MXFP4 has the same products at odd widths", arguments: sets)
  func microscaling(set: String) throws {
    for (rows, columns) in [(16, 32), (48, 96), (16, 160), (80, 576)] {
      let matrix = RandomMatrix(rows: rows, columns: columns, microscaling: RK_MXFP4)
      let largest = matrix.dequantized(scalar).map(abs).max() ?? 1
      expectSame(matrix, try Kernels(named: set), limit: Float(columns) * largest / 65_278 + 1e-3)
    }
  }

  @Test("The largest codes and activations do not overflow", arguments: sets, [2, 4, 8])
  func extremes(set: String, bits: Int) throws {
    let matrix = RandomMatrix(rows: 16, columns: 256, bits: bits, group: 128, codes: 0xFF)
    for sign in [1, -1] as [Float] {
      let x = [Float](repeating: sign, count: 256)
      // The limit of single precision itself, since activations of one magnitude are not rounded.
      expectClose(
        matrix.inBlocks().product(x, try Kernels(named: set), .fixed16), matrix.product(x, scalar, .float32),
        scale: 256 * Float(1 << bits))
    }
  }

  @Test("An activation that is not finite shows in the product", arguments: sets)
  func notANumber(set: String) throws {
    for value in [Float.nan, .infinity] {
      for matrix in [
        RandomMatrix(rows: 16, columns: 96, bits: 4, group: 32),
        RandomMatrix(rows: 16, columns: 96, microscaling: RK_MXFP4),
      ] {
        var x = matrix.randomInput(1)
        x[40] = value
        let product = matrix.inBlocks().product(x, try Kernels(named: set), .fixed16)
        #expect(product.count == 16 && product.allSatisfy { !$0.isFinite })
      }
    }
  }

  @Test("Blocks are for whole ones, and for what is rounded to fixed point", arguments: sets)
  func preference(set: String) throws {
    let inBlocks = try #require(try Kernels(named: set).functions.in_blocks)
    func prefers(_ matrix: RandomMatrix) -> Bool { withUnsafePointer(to: matrix.matrix) { inBlocks($0) } }
    #expect(prefers(RandomMatrix(rows: 32, columns: 64, bits: 4, group: 64)))
    #expect(!prefers(RandomMatrix(rows: 24, columns: 64, bits: 4, group: 64)))
    #expect(!prefers(RandomMatrix(rows: 32, columns: 64, bits: 6, group: 64)))
    #expect(!prefers(RandomMatrix(rows: 32, columns: 64, microscaling: RK_MXFP8)))
    #expect(!prefers(RandomMatrix(rows: 32, columns: 64, storage: RK_BFLOAT16)))
  }
}
