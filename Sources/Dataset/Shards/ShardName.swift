import Crypto
import Foundation
import Store

/// The name of a file of the dataset: what it is of, from when its first session is, and the hash of its bytes.
struct ShardName: Hashable {
  private static let hashLength = 32
  private static let chunk = 1 << 20

  /// Relative to the dataset's folder.
  let path: String

  init(folder: String, prefix: String, time: UTCTime, hash: String, fileExtension: String) {
    path = "\(folder)/\(prefix)-\(time.compact)-\(hash.prefix(Self.hashLength))\(fileExtension)"
  }

  /// - Throws: `malformed` for a path that leads elsewhere than to a file of a table or of the index.
  init(path: String, of index: String) throws(DatasetError) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let isPlain = path.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "_")].contains(byte)
    }
    guard parts.count == 2, isPlain, DatasetTable(rawValue: String(parts[0])) != nil, !parts[1].isEmpty,
      !parts[1].hasPrefix(".")
    else {
      throw .malformed(name: index, line: 1, problem: "\"\(path.prefix(100))\" is no shard's path")
    }
    self.path = path
  }

  /// The table, or nil for the index.
  var table: DatasetTable? { path.split(separator: "/").first.flatMap { DatasetTable(rawValue: String($0)) } }

  func url(in folder: URL) -> URL { folder.appendingPathComponent(path) }

  /// Makes sure that a file's bytes have the hash that its name promises.
  ///
  /// - Throws: `file`, `hashMismatch`.
  func check(in folder: URL) throws(DatasetError) {
    try check(sha256: try Self.hash(of: url(in: folder), named: path))
  }

  /// - Parameter sha256: Of the file's bytes, in hexadecimal digits.
  /// - Throws: `hashMismatch`.
  func check(sha256: String) throws(DatasetError) {
    let actual = sha256.prefix(Self.hashLength)
    let stem = path.prefix(upTo: path.lastIndex(of: ".") ?? path.endIndex)
    guard stem.suffix(Self.hashLength) == actual else { throw .hashMismatch(name: path, actual: String(actual)) }
  }

  /// The SHA-256 of a file in hexadecimal digits, by parts of a mebibyte.
  static func hash(of url: URL, named name: String) throws(DatasetError) -> String {
    do {
      let file = try FileHandle(forReadingFrom: url)
      defer { try? file.close() }
      var hasher = SHA256()
      while let chunk = try file.read(upToCount: chunk), !chunk.isEmpty { hasher.update(data: chunk) }
      return hasher.finalize().hexadecimal
    } catch {
      throw .file(name: name, reason: error.localizedDescription)
    }
  }
}
