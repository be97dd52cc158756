import Foundation
import JSON
import Platform

/// The shards of several batches as one shard per table, while they are written.
struct JointBatch {
  private let group: CompactionPlan.Group
  private let dataset: URL
  private let folder: URL
  private let format: ShardFormat

  /// - Parameters:
  ///   - dataset: The dataset's folder.
  ///   - folder: Where to write, on the volume of the dataset.
  init(_ group: CompactionPlan.Group, of dataset: URL, in folder: URL, format: ShardFormat) {
    self.group = group
    self.dataset = dataset
    self.folder = folder
    self.format = format
  }

  func file(of table: DatasetTable) -> URL {
    folder.appendingPathComponent(table.rawValue + format.fileExtension)
  }

  /// Writes the file of each table that has rows, and returns these tables with the numbers of their rows.
  ///
  /// - Throws: `malformed` for shards that have more or fewer rows than the index says, `file`, `engine`, `engineMissing`.
  func write(by engine: DuckDB?) throws(DatasetError) -> [(table: DatasetTable, rows: Int)] {
    do {
      try? FileManager.default.removeItem(at: folder)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw .file(name: folder.lastPathComponent, reason: error.localizedDescription)
    }
    var tables: [(table: DatasetTable, rows: Int)] = []
    for table in DatasetTable.allCases {
      let shards = group.shards(of: table)
      guard !shards.isEmpty else { continue }
      let rows: Int
      switch format {
      case .jsonl: rows = try joinLines(shards.map(\.name), of: table)
      case .parquet:
        guard let engine else { throw .engineMissing }
        rows = try joinFiles(shards.map(\.name), of: table, by: engine)
      }
      let declared = shards.reduce(0) { $0 + $1.rows }
      guard rows == declared else {
        throw .malformed(
          name: shards[0].name.path, line: 1,
          problem:
            "it and the shards of the batches after it have \(rows) rows, and their index entries say \(declared)")
      }
      tables.append((table, rows))
    }
    return tables
  }

  /// The lines of all shards as they are.
  private func joinLines(_ shards: [ShardName], of table: DatasetTable) throws(DatasetError) -> Int {
    let name = file(of: table).lastPathComponent
    var rows = 0
    var buffer: [UInt8] = []
    do {
      let target = try RegularFile.handle(replacing: file(of: table).path)
      defer { try? target.close() }
      for shard in shards {
        let source = try RegularFile.handle(forReading: shard.url(in: dataset).path)
        defer { try? source.close() }
        let problem = try LineReader.forEachLine(of: source) { line in
          rows += 1
          buffer += line
          buffer.append(UInt8(ascii: "\n"))
          guard buffer.count >= Self.bufferSize else { return }
          try target.write(contentsOf: Data(buffer))
          buffer.removeAll(keepingCapacity: true)
        }
        if let problem { throw problem }
      }
      try target.write(contentsOf: Data(buffer))
    } catch {
      throw .file(name: name, reason: error.localizedDescription)
    }
    return rows
  }

  /// Bytes that are written at a time.
  private static let bufferSize = 1 << 18

  /// The rows of all shards in the table's columns.
  private func joinFiles(
    _ shards: [ShardName], of table: DatasetTable, by engine: DuckDB
  ) throws(DatasetError) -> Int {
    let script = ShardJoin(
      table: table, files: shards.map { $0.url(in: dataset).path }, target: file(of: table).path, parts: folder.path
    ).script
    let running = try engine.start(script, output: .pipe)
    var rows: Int?
    running.forEachLine { line in
      if let count = (try? JSONValue(parsing: line))?["rows"]?.integer { rows = count }
    }
    try running.wait()
    guard let rows else { throw .engine("it did not say how many rows it wrote") }
    return rows
  }
}
