import Foundation
import JSON

/// Reads shards row by row, and believes them only if their bytes have the hash that their name promises.
struct ShardReader {
  let folder: URL
  let format: ShardFormat
  let engine: DuckDB?

  /// - Throws: `engineMissing`.
  init(folder: URL, format: ShardFormat, engine: DuckDB?) throws(DatasetError) {
    if format == .parquet, engine == nil { throw .engineMissing }
    self.folder = folder
    self.format = format
    self.engine = engine
  }

  /// Calls `body` with each row of a shard, in order.
  ///
  /// - Throws: `file`, `hashMismatch`, `malformed`, `engine`, and what `body` throws.
  func forEachRow<Column: TableColumn>(
    of shard: ShardName, _: Column.Type, _ body: (RawRow<Column>) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    try shard.check(in: folder)
    var line = 0
    func row(_ bytes: ArraySlice<UInt8>) throws(DatasetError) {
      line += 1
      let value: JSONValue
      do throws(JSONError) {
        value = try JSONValue(parsing: bytes)
      } catch {
        throw .malformed(name: shard.path, line: line, problem: error.description)
      }
      try body(RawRow<Column>(value: value, name: shard.path, line: line))
    }
    if format == .parquet, let engine {
      let running = try engine.start(Self.script(shard.url(in: folder).path, Column.self), output: nil)
      do throws(DatasetError) {
        try running.forEachLine(row)
      } catch {
        running.stop()
        throw error
      }
      try running.wait()
    } else {
      try lines(of: shard, row)
    }
  }

  /// Numbers of lists are read as texts, in which JSON can have infinities.
  private static func script<Column: TableColumn>(_ path: String, _: Column.Type) -> String {
    let columns = Column.allCases.map { column in
      let name = SQL.name(column.rawValue)
      return column.definition.kind == .numbers ? "\(name)::VARCHAR[] AS \(name)" : name
    }
    return DatasetSQL.settings
      + "COPY (SELECT \(columns.joined(separator: ", ")) FROM read_parquet(\(SQL.literal(path)))) "
      + "TO '/dev/stdout' (FORMAT json)"
  }

  private func lines(
    of shard: ShardName, _ body: (ArraySlice<UInt8>) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    let file: FileHandle
    do {
      file = try FileHandle(forReadingFrom: shard.url(in: folder))
    } catch {
      throw .file(name: shard.path, reason: error.localizedDescription)
    }
    defer { try? file.close() }
    try LineBuffer.forEachLine(of: file, body)
  }
}
