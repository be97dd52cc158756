import Crypto
import Foundation

extension Sequence<UInt8> {
  /// The bytes, e.g. of a digest, as lower-case hexadecimal digits: two per byte.
  package var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }, as: UTF8.self)
  }
}

extension StringProtocol {
  /// Whether it is a SHA-256 as 64 lower-case hexadecimal digits.
  package var isSHA256: Bool {
    utf8.count == 64 && utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}

extension SHA256Digest {
  /// The digest as 64 lower-case hexadecimal digits: a model has one of each of its tensors.
  package var hexadecimal: String {
    withUnsafeBytes { bytes in
      String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
        for (index, byte) in bytes.enumerated() {
          text[2 * index] = Self.digit(byte >> 4)
          text[2 * index + 1] = Self.digit(byte & 0xF)
        }
        return 2 * bytes.count
      }
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
  }
}

extension SHA256 {
  /// The digest of some bytes as 64 lower-case hexadecimal digits.
  package static func hexadecimal(of bytes: some DataProtocol) -> String { hash(data: bytes).hexadecimal }

  /// The digest of a file's bytes as 64 lower-case hexadecimal digits; a mebibyte is in memory at a time.
  ///
  /// - Throws: `FileSystemError` if it can't be opened or is no regular file, Foundation's error if it can't be read.
  package static func hexadecimal(ofFileAt url: URL) throws -> String {
    var hasher = SHA256()
    try FileHandle.forEachPart(ofFileAt: url) { hasher.update(data: $0) }
    return hasher.finalize().hexadecimal
  }
}

extension FileHandle {
  /// Calls `body` with the bytes of a file in order, a mebibyte at a time.
  ///
  /// - Throws: `FileSystemError` if it can't be opened or is no regular file, Foundation's error if it can't be read.
  package static func forEachPart(ofFileAt url: URL, _ body: (Data) -> Void) throws {
    let file = try RegularFile.handle(forReading: url.path)
    defer { try? file.close() }
    while let part = try file.read(upToCount: 1 << 20), !part.isEmpty { body(part) }
  }
}
