import Foundation
import Platform

/// Writes an array of single-precision floats in NumPy's file format, version 1.0.
///
/// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
public final class NumpyFile {
  private let handle: FileHandle
  private var remaining: Int

  /// - Parameter shape: Row-major; exactly as many floats must be appended.
  /// - Throws: The system's error if the file cannot be created or written.
  public init(creating url: URL, shape: [Int]) throws {
    let dimensions = shape.map { "\($0), " }.joined()
    let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(dimensions)), }"
    // Magic, version and length take 10 bytes; the header is padded so that the data start at a multiple of 64.
    let padded = text + String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
    let length = UInt16(padded.utf8.count)
    var header = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, UInt8(length & 0xFF), UInt8(length >> 8)])
    header.append(Data(padded.utf8))
    handle = try RegularFile.handle(replacing: url.path)
    remaining = shape.reduce(1, *)
    try handle.write(contentsOf: header)
  }

  /// Appends the next floats.
  ///
  /// - Throws: The system's error if they cannot be written.
  public func append(_ values: UnsafeBufferPointer<Float>) throws {
    precondition(values.count <= remaining, "more values than the shape holds")
    remaining -= values.count
    try handle.write(contentsOf: Data(buffer: values))
  }

  /// Ends the file.
  public func close() throws {
    precondition(remaining == 0, "fewer values than the shape holds")
    try handle.close()
  }
}
