import CKernels
import Checkpoint
import Foundation
import Platform

/// Memory with random weights, in huge pages where the system offers them, as a worker's weights stand.
///
/// The numbers are of the size that trained weights have, so that nothing overflows or becomes denormal on the way.
final class RandomWeights: @unchecked Sendable {  // Written by `place` alone, before anything reads it.
  private let pages: UnsafeMutableRawBufferPointer
  private var used = 0
  private var generator = SplitMix64(seed: 42)

  private static let alignment = 64
  /// What is repeated: more than a core's first-level cache, and no multiple of a row.
  private static let patternCount = 65_521

  /// - Throws: `EngineError.unsupported` if the system has not that much memory.
  init(byteCount: Int) throws {
    let count = max(byteCount, 1)
    let address = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    guard let address, address != MAP_FAILED else {
      throw EngineError.unsupported("the system has no \(byteCount) bytes of memory for random weights")
    }
    #if os(Linux)
      // A kernel without huge pages refuses this.
      madvise(address, count, MADV_HUGEPAGE)
    #endif
    pages = UnsafeMutableRawBufferPointer(start: address, count: count)
  }

  deinit { munmap(pages.baseAddress, pages.count) }

  /// Bytes that matrices take here.
  static func byteCount(of matrices: some Sequence<WeightMatrix>) -> Int {
    matrices.reduce(0) { sum, matrix in
      let parts = matrix.partByteCounts
      return [parts.values, parts.scales, parts.biases].reduce(sum) { $0 + aligned($1) }
    }
  }

  /// The matrix with random weights.
  ///
  /// - Precondition: There is room.
  func place(_ matrix: WeightMatrix) -> WeightMatrix {
    let (parts, storage) = (matrix.partByteCounts, matrix.matrix.storage)
    let (bits, type) = (Int(matrix.matrix.bits), TensorType(matrix.matrix.parameters))
    let spread = 1 / Float(matrix.columns).squareRoot()
    guard bits > 0 else {
      let values = take(parts.values, pattern: floats(type) { .random(in: -spread...spread, using: &$0) })
      return matrix.placed(values: values, scales: nil, biases: nil, owner: self)
    }
    // Of codes of 8 bits in floating point, two patterns are no number.
    let mask: UInt8 = storage == RK_MXFP8 ? 0x77 : 0xFF
    let values = take(parts.values, pattern: bytes { UInt8.random(in: 0...0xFF, using: &$0) & mask })
    if storage == RK_AFFINE {
      let scale = 2 * spread / Float(1 << bits)
      let scales = take(parts.scales, pattern: floats(type) { _ in scale })
      let biases = take(parts.biases, pattern: floats(type) { _ in -spread })
      return matrix.placed(values: values, scales: scales, biases: biases, owner: self)
    }
    // Codes are about 2 in size. E8M0 has the bias 127, E4M3 the bias 7 above 3 bits of fraction.
    let exponent = Int(log2(spread).rounded()) - 1
    let scale = storage == RK_NVFP4 ? max(1, (exponent + 7) * 8) : exponent + 127
    let scales = take(parts.scales, pattern: bytes { _ in UInt8(clamping: scale) })
    return matrix.placed(values: values, scales: scales, biases: nil, owner: self)
  }

  private static func aligned(_ count: Int) -> Int { (count + alignment - 1) / alignment * alignment }

  private func bytes(_ next: (inout SplitMix64) -> UInt8) -> [UInt8] {
    (0..<Self.patternCount).map { _ in next(&generator) }
  }

  private func floats(_ type: TensorType, _ next: (inout SplitMix64) -> Float) -> [UInt8] {
    let count = Self.patternCount / 4
    var pattern = [UInt8](repeating: 0, count: count * type.byteWidth)
    pattern.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      for index in 0..<count { FloatStorage.store(next(&generator), as: type, at: index, in: base) }
    }
    return pattern
  }

  /// The next bytes that nothing has taken, filled with a pattern again and again.
  private func take(_ count: Int, pattern: [UInt8]) -> UnsafeRawPointer {
    precondition(used + count <= pages.count, "more matrices than there is room for")
    let taken = UnsafeMutableRawBufferPointer(rebasing: pages[used..<used + max(count, 1)])
    used += Self.aligned(count)
    for start in stride(from: 0, to: count, by: pattern.count) {
      let piece = min(pattern.count, count - start)
      UnsafeMutableRawBufferPointer(rebasing: taken[start..<start + piece]).copyBytes(from: pattern.prefix(piece))
    }
    guard let base = taken.baseAddress else { preconditionFailure("memory without an address") }
    return UnsafeRawPointer(base)
  }
}

extension TensorType {
  fileprivate init(_ storage: rk_storage) {
    self =
      switch storage {
      case RK_FLOAT16: .F16
      case RK_BFLOAT16: .BF16
      default: .F32
      }
  }
}
