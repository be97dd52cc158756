import Dispatch
import Foundation

/// Converts the rows of one layer on all cores; holds the converted layer in memory.
struct LayerConverter {
  let weight: LayerWeight
  /// F32, F16 or BF16: the type of the unquantized weight, and of scales and biases.
  let type: TensorType

  /// The tensor's name and file, for messages.
  let name: String
  let file: String

  /// The weight as elements of the type.
  func floats() throws(CheckpointError) -> [UInt8] {
    let columns = weight.columnCount
    var output = [UInt8](repeating: 0, count: weight.rowCount * columns * type.byteWidth)
    try output.withUnsafeMutableBytes { buffer -> Result<Void, CheckpointError> in
      nonisolated(unsafe) let base = buffer.baseAddress
      return forEachRow { row, values in
        guard let base else { return }
        for i in 0..<columns { FloatStorage.store(values[i], as: type, at: row * columns + i, in: base) }
      }
    }.get()
    return output
  }

  /// Codes, scales and biases of an affine format whose groups divide the rows.
  func quantized(_ format: QuantizationFormat) throws(CheckpointError) -> (
    codes: [UInt32], scales: [UInt8], biases: [UInt8]
  ) {
    let quantizer = AffineQuantizer(bits: format.bits, groupSize: format.groupSize)
    let groups = weight.columnCount / format.groupSize
    let groupWords = format.groupSize / 32 * format.bits
    var codes = [UInt32](repeating: 0, count: weight.rowCount * groups * groupWords)
    var scales = [UInt8](repeating: 0, count: weight.rowCount * groups * type.byteWidth)
    var biases = scales
    try codes.withUnsafeMutableBufferPointer { codeBuffer in
      scales.withUnsafeMutableBytes { scaleBuffer in
        biases.withUnsafeMutableBytes { biasBuffer -> Result<Void, CheckpointError> in
          nonisolated(unsafe) let (codeBase, scaleBase, biasBase) =
            (codeBuffer.baseAddress, scaleBuffer.baseAddress, biasBuffer.baseAddress)
          return forEachRow { row, values in
            guard let codeBase, let scaleBase, let biasBase, let values = values.baseAddress else { return }
            for group in 0..<groups {
              let index = row * groups + group
              let (scale, bias) = quantizer.quantize(
                values + group * format.groupSize, into: codeBase + index * groupWords)
              FloatStorage.store(scale, as: type, at: index, in: scaleBase)
              FloatStorage.store(bias, as: type, at: index, in: biasBase)
            }
          }
        }
      }
    }.get()
    return (codes, scales, biases)
  }

  /// Calls `body` once for each row with its values rounded to the type, on all cores.
  private func forEachRow(
    _ body: @Sendable (Int, UnsafeMutableBufferPointer<Float>) -> Void
  ) -> Result<Void, CheckpointError> {
    let rowCount = weight.rowCount
    let chunk = max(1, (1 << 18) / max(1, weight.columnCount))
    let chunkCount = (rowCount + chunk - 1) / chunk
    var failures = [Int?](repeating: nil, count: chunkCount)
    failures.withUnsafeMutableBufferPointer { failures in
      // Each iteration writes its own element only.
      nonisolated(unsafe) let failures = failures
      DispatchQueue.concurrentPerform(iterations: chunkCount) { index in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: weight.columnCount) { values in
          values.initialize(repeating: 0)
          for row in index * chunk..<min(rowCount, (index + 1) * chunk) {
            weight.copyRow(row, into: values)
            guard FloatStorage.round(values, to: type) else {
              failures[index] = row
              return
            }
            body(row, values)
          }
        }
      }
    }
    guard let row = failures.lazy.compactMap({ $0 }).first else { return .success(()) }
    return .failure(
      .tensor(name, file: file, problem: "holds a value in row \(row) that is not finite as \(type.rawValue)"))
  }
}
