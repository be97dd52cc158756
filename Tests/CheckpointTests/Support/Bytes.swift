@testable import Checkpoint

/// The bytes of integers, little-endian.
func bytes<T: FixedWidthInteger>(_ values: T...) -> [UInt8] { bytes(values) }

func bytes<T: FixedWidthInteger>(_ values: [T]) -> [UInt8] {
  values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
}

func bytes(_ values: [Float]) -> [UInt8] { bytes(values.map(\.bitPattern)) }

/// The bytes of a safetensors file with this header text and data.
func safetensors(_ header: String, data: [UInt8] = []) -> [UInt8] {
  bytes(UInt64(header.utf8.count)) + Array(header.utf8) + data
}

extension TensorView {
  /// The elements as integers of their width.
  func elements<T: FixedWidthInteger>(_: T.Type) -> [T] {
    file.withBytes { _ in
      (0..<elementCount).map {
        T(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.size, as: T.self))
      }
    }
  }
}

extension LayerWeight {
  /// All values, row after row.
  var values: [Float] {
    (0..<rowCount).flatMap { row in
      [Float](unsafeUninitializedCapacity: columnCount) { buffer, count in
        buffer.initialize(repeating: 0)
        copyRow(row, into: UnsafeMutableBufferPointer(rebasing: buffer[..<columnCount]))
        count = columnCount
      }
    }
  }
}

/// A reproducible sequence of numbers (xorshift64).
struct TestRandom {
  var state: UInt64 = 0x9E37_79B9_7F4A_7C15

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  /// From −1 to 1.
  mutating func float() -> Float { Float(next() >> 40) / Float(1 << 23) - 1 }
}
