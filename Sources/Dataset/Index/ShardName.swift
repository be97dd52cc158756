import Crypto
import Foundation
import Platform
import Store

/// The name of a file of the dataset: its table, the time of its first session, and the hash of its bytes.
struct ShardName: Hashable {
  /// Hexadecimal digits of the hash in a name.
  private static let hashLength = 32
  /// Bytes that are read at a time.

  /// Relative to the dataset's folder.
  let path: String

  init(folder: String, prefix: String, time: UTCTime, hash: String, fileExtension: String) {
    path = "\(folder)/\(prefix)-\(time.compact)-\(hash.prefix(Self.hashLength))\(fileExtension)"
  }

  /// - Parameter index: The index entry that has the path.
  /// - Throws: `malformed` for a path that leads anywhere but to a file of a table.
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

  /// The name of an entry of the index.
  init(index path: String) { self.path = path }

  /// The table; nil for the index.
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

  /// The SHA-256 of a file in hexadecimal digits.
  ///
  /// - Throws: `file`.
  static func hash(of url: URL, named name: String) throws(DatasetError) -> String {
    do {
      return try SHA256.hexadecimal(ofFileAt: url)
    } catch {
      throw .file(name: name, reason: error.localizedDescription)
    }
  }
}

/// How the tables' files are written. Both formats hold the same rows.
public enum ShardFormat: String, Sendable, CaseIterable {
  case parquet
  /// JSON Lines, for machines without DuckDB.
  case jsonl

  var fileExtension: String { ".\(rawValue)" }
}
