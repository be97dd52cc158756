import Dispatch
import Foundation

/// Converts the rows of one layer on all cores; holds the converted layer in memory.
public struct LayerConverter: Sendable {
  public let weight: LayerWeight
  /// F32, F16 or BF16: the type of the unquantized weight, and of scales and biases.
  public let type: TensorType

  /// The tensor's name and file, for messages.
  let name: String
  let file: String

  /// The weight as elements of the type.
  ///
  /// - Throws: `.tensor` with the first row that is not finite in the type.
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

  /// The weight in 32-bit floats, row-major, rounded to the type.
  ///
  /// - Throws: `.tensor` with the first row that is not finite in the type.
  public func values() throws(CheckpointError) -> [Float] {
    let columns = weight.columnCount
    var output = [Float](repeating: 0, count: weight.rowCount * columns)
    try output.withUnsafeMutableBufferPointer { buffer -> Result<Void, CheckpointError> in
      // Each row writes its own part only.
      nonisolated(unsafe) let base = buffer.baseAddress
      return forEachRow { row, values in
        guard let base, let from = values.baseAddress else { return }
        (base + row * columns).update(from: from, count: columns)
      }
    }.get()
    return output
  }

  /// Codes, scales and biases of a format whose groups divide the rows.
  ///
  /// - Throws: `.tensor` with the first row that is not finite in the type.
  public func quantized(_ format: QuantizationFormat) throws(CheckpointError) -> QuantizedParts {
    let groups = weight.columnCount / format.groupSize
    let groupBytes = format.groupSize * format.bits / 8
    let scaleWidth = format.mode == .affine ? type.byteWidth : 1
    var parts = QuantizedParts(
      codes: [UInt8](repeating: 0, count: weight.rowCount * groups * groupBytes),
      scales: [UInt8](repeating: 0, count: weight.rowCount * groups * scaleWidth), biases: [])
    if format.mode == .affine { parts.biases = parts.scales }
    try parts.codes.withUnsafeMutableBytes { codes in
      parts.scales.withUnsafeMutableBytes { scales in
        parts.biases.withUnsafeMutableBytes { biases -> Result<Void, CheckpointError> in
          // Each row writes its own part only.
          nonisolated(unsafe) let (codes, scales, biases) = (codes, scales, biases)
          return forEachRow { row, values in
            guard let values = values.baseAddress else { return }
            for group in 0..<groups {
              let index = row * groups + group
              quantizeGroup(
                values + group * format.groupSize, format, index: index,
                codes: UnsafeMutableRawBufferPointer(rebasing: codes[index * groupBytes..<(index + 1) * groupBytes]),
                scales: scales, biases: biases)
            }
          }
        }
      }
    }.get()
    return parts
  }

  private func quantizeGroup(
    _ values: UnsafePointer<Float>, _ format: QuantizationFormat, index: Int, codes: UnsafeMutableRawBufferPointer,
    scales: UnsafeMutableRawBufferPointer, biases: UnsafeMutableRawBufferPointer
  ) {
    guard let codes = codes.baseAddress, let scaleBase = scales.baseAddress else { return }
    guard format.mode == .affine else {
      let quantizer = MicroscalingQuantizer(mode: format.mode, type: type)
      scales[index] = quantizer.quantize(values, into: codes.assumingMemoryBound(to: UInt8.self))
      return
    }
    guard let biasBase = biases.baseAddress else { return }
    let quantizer = AffineQuantizer(bits: format.bits, groupSize: format.groupSize)
    let (scale, bias) = quantizer.quantize(values, into: codes.assumingMemoryBound(to: UInt32.self))
    FloatStorage.store(scale, as: type, at: index, in: scaleBase)
    FloatStorage.store(bias, as: type, at: index, in: biasBase)
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

/// Makes the codes, scales and biases of one layer: its path, its weight and the format to use.
public typealias LayerQuantizer =
  (String, LayerConverter, QuantizationFormat) throws(CheckpointError) -> QuantizedParts

extension LayerConverter {
  /// Quantizes each layer as `mx.quantize` does.
  public static let standard:
    @Sendable (String, LayerConverter, QuantizationFormat) throws(CheckpointError)
      -> QuantizedParts = { _, layer, format throws(CheckpointError) in try layer.quantized(format) }
}
