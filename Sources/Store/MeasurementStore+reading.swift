import Foundation
import GRDB
import Platform

/// Opening a database that is only read.
extension MeasurementStore {
  /// A connection that only reads, whatever a writer has left and wherever the file lies.
  ///
  /// A database with a log needs an index of the log beside it, which even a reader has to write. Where it can't, the file
  /// is read by itself as one that nobody changes, which is true as long as there are no commits in its log.
  ///
  /// - Throws: `StoreError.file` with `unreadableLog`, or SQLite's error.
  static func reader(of path: String, _ configuration: Configuration) throws -> DatabaseQueue {
    do {
      return try checked(DatabaseQueue(path: path, configuration: configuration))
    } catch let error as DatabaseError where [.SQLITE_READONLY, .SQLITE_CANTOPEN].contains(error.resultCode) {
      guard access(path, R_OK) == 0 else { throw error }
    }
    // Takes in what a killed writer has left in the log.
    var writing = configuration
    writing.readonly = false
    if (try? checked(DatabaseQueue(path: path, configuration: writing))) != nil {
      return try checked(DatabaseQueue(path: path, configuration: configuration))
    }
    // SQLite keeps the log beside what a link leads to.
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    guard FileStatus(ofFileAt: target + "-wal").map({ $0.size == 0 }) ?? true else {
      throw StoreError.file(path: path, .unreadableLog)
    }
    // Elsewhere a writer may come whose changes would not be seen, or half of them.
    guard isOnReadOnlyMedium(target) else {
      return try checked(DatabaseQueue(path: path, configuration: configuration))
    }
    return try checked(DatabaseQueue(path: immutableAddress(of: path), configuration: configuration))
  }

  private static func isOnReadOnlyMedium(_ path: String) -> Bool {
    var status = statvfs()
    return statvfs(path, &status) == 0 && status.f_flag & UInt(ST_RDONLY) != 0
  }

  /// The connection, if the file can be read through it.
  private static func checked(_ queue: DatabaseQueue) throws -> DatabaseQueue {
    _ = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_schema") }
    return queue
  }

  /// <https://www.sqlite.org/uri.html>
  private static func immutableAddress(of path: String) -> String {
    let unreserved = CharacterSet(charactersIn: "/-._~").union(
      .alphanumerics.intersection(CharacterSet(charactersIn: "\u{0}"..."\u{7F}")))
    let absolute = URL(fileURLWithPath: path).path
    return "file://\(absolute.addingPercentEncoding(withAllowedCharacters: unreserved) ?? absolute)?immutable=1"
  }
}
