import CKernels
import Testing

@testable import NativeEngine

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
        matrix.product(x, kernels, .fixed16), matrix.product(x, scalar, .float32),
        scale: scale * Float(columns).squareRoot())
    }
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
