import Foundation
import GRDB
import JSON
import Platform

/// The database of all measurements, verdicts and registry edits.
///
/// Samples, runs and voids can be appended but neither changed nor deleted, not even by another program: triggers
/// refuse it. What an appending call has written is on the medium when the call returns. Other processes can read while
/// one writes.
///
/// All methods block until they are done and may be called from any thread. Except where it says otherwise they throw
/// `StoreError.file` if the database can't be read or written, and `unknownSession`.
public final class MeasurementStore: Sendable {
  public enum Mode: Sendable {
    /// Creates the folder and the file if need be, and brings an older schema up to date.
    case readWrite
    case readOnly
  }

  /// The version of the schema that this program reads and writes.
  public static var schemaVersion: Int { Schema.migrations.count }

  let path: String
  let queue: DatabaseQueue
  /// One may hold thousands of items, and the comparisons of a candidate share it.
  let envelopes = RecentValues<String, JSONValue>(limit: 4)
  /// Seconds since 1970.
  let clock: @Sendable () -> Double

  /// Opens the database at a file URL.
  ///
  /// - Parameters:
  ///   - patience: Seconds to wait for another process's lock.
  ///   - clock: Seconds since 1970, for the times of verdicts.
  /// - Throws: `StoreError.file`: `notFound` (read-only mode), `cannotOpen`, `notADatabase`, `notAStore`,
  ///   `newerSchema`, `olderSchema` (read-only mode), `locked`, `readOnly`, `diskFull`, `damaged` or `failed`.
  public init(
    at url: URL, mode: Mode, patience: Double = 10,
    clock: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }
  ) throws(StoreError) {
    path = url.path
    self.clock = clock
    // SQLite would wait for a named pipe's other end.
    if let status = FileStatus(ofFileAt: url.path), !status.isRegular {
      throw .file(path: url.path, .notAFile(kind: status.kind.rawValue))
    }
    if mode == .readWrite {
      try Self.createFolder(url.deletingLastPathComponent())
    } else if !FileManager.default.fileExists(atPath: url.path) {
      throw .file(path: url.path, .notFound)
    }
    var configuration = Configuration()
    configuration.readonly = mode == .readOnly
    configuration.busyMode = .timeout(patience)
    configuration.label = "measurements"
    do {
      queue =
        mode == .readOnly
        ? try Self.reader(of: url.path, configuration)
        : try DatabaseQueue(path: url.path, configuration: configuration)
      try queue.writeWithoutTransaction { database in
        let schema = Schema(database: database, path: url.path)
        if mode == .readOnly { try schema.check() } else { try schema.migrate() }
      }
    } catch {
      throw StoreError(error, path: url.path)
    }
  }

  private static func createFolder(_ folder: URL) throws(StoreError) {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch let error as CocoaError where error.code == .fileWriteNoPermission {
      throw .file(path: folder.path, .cannotOpen)
    } catch {
      throw .file(path: folder.path, .failed(reason: "the folder could not be created"))
    }
  }

  /// Calls `body` with one consistent state of the database.
  func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do {
      return try queue.read(body)
    } catch {
      throw StoreError(error, path: path)
    }
  }

  /// Calls `body` within a transaction that is durable on return, or undone where `body` throws.
  func write<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do {
      return try queue.write(body)
    } catch {
      throw StoreError(error, path: path)
    }
  }

  func damaged(_ reason: String) -> StoreError { .file(path: path, .damaged(reason: reason)) }

  /// Reads every page of the file and checks that the tables and indexes fit together.
  ///
  /// - Throws: `.file` with `damaged` and SQLite's first findings; nothing is repaired.
  /// - Complexity: O(*n*) in the file's bytes.
  public func check() throws(StoreError) {
    let findings = try read { try String.fetchAll($0, sql: "PRAGMA integrity_check(3)") }
    guard findings == ["ok"] else { throw damaged(findings.joined(separator: "; ")) }
  }
}

extension String {
  /// The text with U+0000, at which SQLite ends a text, as the visible symbol for it.
  var storable: String {
    guard utf8.contains(0) else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.map { $0.value == 0 ? "\u{2400}" : $0 }))
  }
}
