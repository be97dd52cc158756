import Crypto
import Foundation
import JSON
import Platform

/// Reads shards row by row, once their bytes were found to have the hash that their names promise.
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

  /// Calls `body` with each row of a table's shards, in order.
  ///
  /// - Throws: `file`, `hashMismatch`, `malformed`, `engine`, and what `body` throws.
  func forEachRow<Column: TableColumn>(
    of shards: [ShardName], _: Column.Type, _ body: (TableRow<Column>) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    for shard in shards { try shard.check(in: folder) }
    var name = shards.first?.path ?? ""
    var line = 0
    func row(_ bytes: ArraySlice<UInt8>, _ names: [String: String]) throws(DatasetError) {
      line += 1
      let value: JSONValue
      do throws(JSONError) {
        value = try JSONValue(parsing: bytes)
      } catch {
        throw .malformed(name: name, line: line, problem: error.description)
      }
      if let new = value[Self.fileColumn]?.string.flatMap({ names[$0] }), new != name { (name, line) = (new, 1) }
      try body(TableRow<Column>(value: value, name: name, line: line))
    }
    guard format == .parquet, let engine else {
      for shard in shards {
        (name, line) = (shard.path, 0)
        try lines(of: shard) { bytes throws(DatasetError) in try row(bytes, [:]) }
      }
      return
    }
    // Starting DuckDB takes longer than reading a shard, but the length of a command line is limited.
    for start in stride(from: 0, to: shards.count, by: Self.shardsAtOnce) {
      let part = shards[start..<min(start + Self.shardsAtOnce, shards.count)]
      let names = Dictionary(part.map { ($0.url(in: folder).path, $0.path) }, uniquingKeysWith: { first, _ in first })
      let running = try engine.start(Self.script(part.map { $0.url(in: folder).path }, Column.self), output: .pipe)
      do throws(DatasetError) {
        try running.forEachLine { bytes throws(DatasetError) in try row(bytes, names) }
      } catch {
        running.stop()
        throw error
      }
      try running.wait()
    }
  }

  /// Calls `body` with the key and the SHA-256 of each row of a table's shards, in order.
  ///
  /// - Parameter key: A column of text.
  /// - Throws: `file`, `hashMismatch`, `malformed`, `engine`.
  func forEachRowDigest(
    of shards: [ShardName], _ table: DatasetTable, key: String, _ body: (String, [UInt8]) -> Void
  ) throws(DatasetError) {
    for shard in shards { try shard.check(in: folder) }
    func text(_ value: JSONValue?, _ name: String, _ line: Int) throws(DatasetError) -> String {
      guard let text = value?.string else {
        throw .malformed(name: name, line: line, problem: "\"\(key)\" is missing or of another type")
      }
      return text
    }
    guard format == .parquet, let engine else {
      for shard in shards {
        var line = 0
        try lines(of: shard) { bytes throws(DatasetError) in
          line += 1
          try body(text((try? JSONValue(parsing: bytes))?[key], shard.path, line), Array(SHA256.hash(data: bytes)))
        }
      }
      return
    }
    for start in stride(from: 0, to: shards.count, by: Self.shardsAtOnce) {
      let part = shards[start..<min(start + Self.shardsAtOnce, shards.count)]
      let running = try engine.start(
        Self.digestScript(part.map { $0.url(in: folder).path }, table, key: key), output: .pipe)
      var line = 0
      do throws(DatasetError) {
        try running.forEachLine { bytes throws(DatasetError) in
          line += 1
          let row = try? JSONValue(parsing: bytes)
          try body(text(row?["key"], part[part.startIndex].path, line), Array((row?["digest"]?.string ?? "").utf8))
        }
      } catch {
        running.stop()
        throw error
      }
      try running.wait()
    }
  }

  private static let shardsAtOnce = 100
  /// DuckDB's name of the column with the path of a row's file.
  private static let fileColumn = "filename"

  /// Numbers in lists are read as strings, since JSON has no infinities.
  private static func values(_ columns: [(name: String, definition: ColumnDefinition)]) -> [String] {
    columns.map { column in
      let name = SQL.name(column.name)
      return column.definition.kind == .numbers ? "\(name)::VARCHAR[] AS \(name)" : name
    }
  }

  private static func digestScript(_ paths: [String], _ table: DatasetTable, key: String) -> String {
    let source = DatasetSQL.readParquet(files: DatasetSQL.list(paths), table.columns)
    let row = "(SELECT \(values(table.columns).joined(separator: ", ")) FROM \(source)) AS shard_row"
    return DatasetSQL.settings
      + "COPY (SELECT \(SQL.name(key)) AS key, sha256(to_json(shard_row)::VARCHAR) AS digest FROM \(row)) "
      + "TO '/dev/stdout' (FORMAT json)"
  }

  private static func script<Column: TableColumn>(_ paths: [String], _: Column.Type) -> String {
    let columns = values(Column.allCases.map { ($0.rawValue, $0.definition) })
    let source = DatasetSQL.readParquet(
      files: "[\(paths.map(SQL.literal).joined(separator: ", "))]",
      Column.allCases.map { ($0.rawValue, $0.definition) }, ["filename = true"])
    return DatasetSQL.settings
      + "COPY (SELECT \((columns + [fileColumn]).joined(separator: ", ")) FROM \(source)) "
      + "TO '/dev/stdout' (FORMAT json)"
  }

  private func lines(
    of shard: ShardName, _ body: (ArraySlice<UInt8>) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    let file: FileHandle
    do {
      file = try RegularFile.handle(forReading: shard.url(in: folder).path)
    } catch {
      throw .file(name: shard.path, reason: error.localizedDescription)
    }
    defer { try? file.close() }
    if let problem = try LineReader.forEachLine(of: file, body) {
      throw .file(name: shard.path, reason: problem.localizedDescription)
    }
  }
}
