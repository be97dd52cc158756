import CKernels
import Foundation
import Platform

@testable import NativeEngine

/// Seeded numbers for tests.
struct Numbers {
  private var generator: SplitMix64

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  mutating func floats(_ count: Int, in range: ClosedRange<Float>) -> [Float] {
    (0..<count).map { _ in range.lowerBound + Float(generator.nextUnit()) * (range.upperBound - range.lowerBound) }
  }

  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) } }
}

/// A matrix of random weights in exactly fitting memory, so that reading past its end is an error that tools see.
final class RandomMatrix {
  let rows: Int
  let columns: Int
  private let values: UnsafeMutableRawPointer
  private let scales: UnsafeMutableRawPointer
  private let biases: UnsafeMutableRawPointer
  private(set) var matrix: rk_matrix

  /// An affine matrix with half-precision scales and biases.
  init(rows: Int, columns: Int, bits: Int, group: Int, scale: Float = 1, codes: UInt8? = nil) {
    var numbers = Numbers(seed: UInt64(rows * columns * bits * group))
    self.rows = rows
    self.columns = columns
    let count = rows * columns * bits / 8
    values = Self.copy(codes.map { [UInt8](repeating: $0, count: count) } ?? numbers.bytes(count))
    let parameters = rows * columns / group
    scales = Self.copy(numbers.floats(parameters, in: -1...1).map { Float16($0 * scale) })
    biases = Self.copy(numbers.floats(parameters, in: -1...1).map { Float16($0 * scale) })
    matrix = rk_matrix(
      storage: RK_AFFINE, bits: Int32(bits), group: Int32(group), parameters: RK_FLOAT16, rows: Int64(rows),
      columns: Int64(columns), values: values, scales: scales, biases: biases, layout: RK_ROWS)
  }

  /// A matrix of microscaling floats with scales near 1, unless they are given.
  init(rows: Int, columns: Int, microscaling storage: rk_storage, scale: UInt8? = nil, codes: UInt8? = nil) {
    var numbers = Numbers(seed: UInt64(rows * columns))
    self.rows = rows
    self.columns = columns
    let (bits, group) = (storage == RK_MXFP8 ? 8 : 4, storage == RK_NVFP4 ? 16 : 32)
    // The E4M3 code of all ones is not a number.
    let drawn = numbers.bytes(rows * columns * bits / 8).map { bits == 8 && $0 & 0x7F == 0x7F ? 0 : $0 }
    values = Self.copy(codes.map { [UInt8](repeating: $0, count: drawn.count) } ?? drawn)
    scales = Self.copy(
      numbers.bytes(rows * columns / group).map { scale ?? $0 & 7 + (storage == RK_NVFP4 ? 0x30 : 120) })
    biases = Self.copy([UInt8(0)])
    matrix = rk_matrix(
      storage: storage, bits: Int32(bits), group: Int32(group), parameters: storage, rows: Int64(rows),
      columns: Int64(columns), values: values, scales: scales, biases: nil, layout: RK_ROWS)
  }

  /// A matrix of floats.
  init(rows: Int, columns: Int, storage: rk_storage) {
    var numbers = Numbers(seed: UInt64(rows * columns))
    self.rows = rows
    self.columns = columns
    let floats = numbers.floats(rows * columns, in: -1...1)
    switch storage {
    case RK_FLOAT32: values = Self.copy(floats)
    case RK_FLOAT16: values = Self.copy(floats.map { Float16($0) })
    default: values = Self.copy(floats.map { UInt16($0.bitPattern >> 16) })
    }
    scales = Self.copy([UInt8(0)])
    biases = Self.copy([UInt8(0)])
    matrix = rk_matrix(
      storage: storage, bits: 0, group: 0, parameters: storage, rows: Int64(rows), columns: Int64(columns),
      values: values, scales: nil, biases: nil, layout: RK_ROWS)
  }

  /// The rows of another matrix in blocks, as CKernels.h says it.
  private init(blocksOf other: RandomMatrix) {
    (rows, columns) = (other.rows, other.columns)
    let (rows, block) = (rows, Int(RK_ROW_BLOCK))
    func moved(_ from: UnsafeMutableRawPointer, rowBytes: Int, unit: Int) -> UnsafeMutableRawPointer {
      var bytes = [UInt8](repeating: 0, count: rows * rowBytes)
      for index in bytes.indices {
        let (row, byte) = (index / rowBytes, index % rowBytes)
        let place = (row / block * (rowBytes / unit) + byte / unit) * block + row % block
        bytes[place * unit + byte % unit] = from.load(fromByteOffset: index, as: UInt8.self)
      }
      return Self.copy(bytes)
    }
    var blocks = other.matrix
    let (groups, isAffine) = (columns / Int(blocks.group), blocks.storage == RK_AFFINE)
    values = moved(other.values, rowBytes: columns * Int(blocks.bits) / 8, unit: 4)
    scales = moved(other.scales, rowBytes: isAffine ? 2 * groups : groups, unit: isAffine ? 2 : 1)
    biases = isAffine ? moved(other.biases, rowBytes: 2 * groups, unit: 2) : Self.copy([UInt8(0)])
    blocks.layout = RK_ROW_BLOCKS
    (blocks.values, blocks.scales) = (UnsafeRawPointer(values), UnsafeRawPointer(scales))
    blocks.biases = isAffine ? UnsafeRawPointer(biases) : nil
    matrix = blocks
  }

  /// The same matrix with its rows in blocks, of which there are whole ones.
  func inBlocks() -> RandomMatrix { RandomMatrix(blocksOf: self) }

  deinit { for memory in [values, scales, biases] { memory.deallocate() } }

  private static func copy<Element>(_ elements: [Element]) -> UnsafeMutableRawPointer {
    elements.withUnsafeBytes { bytes in
      let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 1)
      memory.copyMemory(from: bytes.baseAddress ?? UnsafeRawPointer(memory), byteCount: bytes.count)
      return memory
    }
  }

  /// Token after token.
  func randomInput(_ tokens: Int) -> [Float] {
    var numbers = Numbers(seed: 42)
    return numbers.floats(tokens * columns, in: -1...1)
  }

  func dequantized(_ kernels: Kernels) -> [Float] {
    (0..<rows).flatMap { row in
      var out = [Float](repeating: 0, count: columns)
      kernels.functions.dequantize_row(&matrix, Int64(row), &out)
      return out
    }
  }

  /// Row after row for each input of a batch in turn.
  func product(_ x: [Float], batch: Int = 1, _ kernels: Kernels, _ precision: ActivationPrecision) -> [Float] {
    let stride = Int(rk_prepared_count(Int64(columns)))
    var prepared = [Float](repeating: .nan, count: batch * stride)
    let product = kernels.product(precision)
    prepared.withUnsafeMutableBufferPointer { prepared in
      x.withUnsafeBufferPointer { x in
        guard let prepared = prepared.baseAddress, let x = x.baseAddress else { return }
        for input in 0..<batch { product.prepare(&matrix, x + input * columns, prepared + input * stride) }
      }
    }
    var y = [Float](repeating: 1, count: batch * rows)
    product.multiply(&matrix, prepared, Int64(batch), &y, Int64(rows), 0, Int64(rows / 2), false)
    product.multiply(&matrix, prepared, Int64(batch), &y, Int64(rows), Int64(rows / 2), Int64(rows), true)
    return y
  }

  /// Row after row for each token in turn, from panels.
  func panelProduct(
    _ x: [Float], tokens: Int, _ kernels: Kernels, _ precision: ActivationPrecision = .float32
  ) -> [Float] {
    let width = kernels.panel
    let panels = (tokens + width - 1) / width
    var input = [Float](repeating: 0, count: panels * columns * width)
    for token in 0..<tokens {
      for column in 0..<columns {
        input[(token / width * columns + column) * width + token % width] = x[token * columns + column]
      }
    }
    let product = kernels.panelProduct(matrix, precision)
    if let prepare = product.prepare {
      var prepared = [Float](repeating: .nan, count: input.count)
      prepared.withUnsafeMutableBufferPointer { prepared in
        input.withUnsafeBufferPointer { input in
          guard let to = prepared.baseAddress, let from = input.baseAddress else { return }
          for panel in 0..<panels { prepare(&matrix, from + panel * columns * width, to + panel * columns * width) }
        }
      }
      input = prepared
    }
    var output = [Float](repeating: 1, count: panels * rows * width)
    var tile = [Float](repeating: 0, count: Int(rk_tile_count()))
    product.multiply(
      &matrix, input, &output, Int64(rows), Int64(tokens), 0, Int64(rows / 2), false, &tile)
    product.multiply(
      &matrix, input, &output, Int64(rows), Int64(tokens), Int64(rows / 2), Int64(rows), true, &tile)
    return (0..<tokens).flatMap { token in
      (0..<rows).map { output[(token / width * rows + $0) * width + token % width] }
    }
  }
}
