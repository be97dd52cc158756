import Foundation
import JSON
import Measurements
import Platform

/// The files of one batch while it is written, in a folder of the batch.
struct ShardBatch {
  let folder: URL
  let format: ShardFormat
  private(set) var rows: [DatasetTable: Int] = [:]
  private var files: [String: FileHandle] = [:]
  private var contexts = 0

  /// - Throws: `file`.
  init(in folder: URL, format: ShardFormat) throws(DatasetError) {
    self.folder = folder
    self.format = format
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw .file(name: folder.lastPathComponent, reason: error.localizedDescription)
    }
  }

  /// The tables that have rows, each with its file once the batch is in its format.
  var tables: [(table: DatasetTable, file: URL, rows: Int)] {
    DatasetTable.allCases.compactMap { table in
      guard let count = rows[table], count > 0 else { return nil }
      return (table, folder.appendingPathComponent(table.rawValue + format.fileExtension), count)
    }
  }

  /// Adds whole rows to a table.
  ///
  /// - Throws: `file`.
  mutating func add(_ rows: [JSONValue], to table: DatasetTable) throws(DatasetError) {
    guard !rows.isEmpty else { return }
    self.rows[table, default: 0] += rows.count
    try append(rows.flatMap { Array($0.serialized().utf8) + [UInt8(ascii: "\n")] }, to: "\(table.rawValue).jsonl")
  }

  /// Adds the samples and measurements of a session's runs.
  ///
  /// - Throws: `file`, `unusableTime`.
  mutating func add(_ session: PublicSession, _ stamp: ExportStamp) throws(DatasetError) {
    for (number, run) in session.runs.enumerated() {
      let context = RunContext(session, run: run, number: number, stamp)
      let samples = session.samples.indices.contains(number) ? session.samples[number] : []
      let start = session.runs[..<number].count { $0.side == run.side }
      switch format {
      case .parquet: try addFacts(session, run, start: start, samples, context)
      case .jsonl: try addLines(session, run, start: start, samples, context)
      }
      rows[.samples, default: 0] += samples.count
      rows[.measurements, default: 0] +=
        run.load.publishedFigures.count + samples.reduce(0) { $0 + $1.publishedFigures.count }
    }
  }

  /// Writes the rows of a run as JSON Lines hold them.
  private mutating func addLines(
    _ session: PublicSession, _ run: Run, start: Int, _ samples: [Sample], _ context: RunContext
  ) throws(DatasetError) {
    let ofSamples = context.members(RunContext.sampleColumns)
    let ofMeasurements = context.members(RunContext.measurementColumns)
    var raw = LineWriter(includesNulls: true)
    var measured = LineWriter(includesNulls: true)
    for figure in run.load.publishedFigures {
      measured.begin()
      measured.members(ofMeasurements)
      measured.coldStart(at: session.startedAt, repetition: start)
      measured.figure(figure)
      measured.end()
    }
    for sample in samples {
      guard let time = UTCTime(sample.startedAt) else { throw .unusableTime(session.number) }
      raw.begin()
      raw.members(ofSamples)
      raw.shared(sample)
      raw.raw(sample)
      raw.end()
      for figure in sample.publishedFigures {
        measured.begin()
        measured.members(ofMeasurements)
        measured.shared(sample)
        measured.measured(
          sample, at: time, concurrency: session.concurrency(of: sample.place),
          void: session.voidReason(of: sample.place))
        measured.figure(figure)
        measured.end()
      }
    }
    try append(raw.bytes, to: "\(DatasetTable.samples.rawValue).jsonl")
    try append(measured.bytes, to: "\(DatasetTable.measurements.rawValue).jsonl")
  }

  /// - Throws: `file` if not everything could be written.
  mutating func close() throws(DatasetError) {
    do {
      for file in files.values { try file.close() }
    } catch {
      throw .file(name: folder.lastPathComponent, reason: error.localizedDescription)
    }
    files = [:]
  }

  /// The number of the next run in ``BatchConversion/contexts``.
  mutating func nextContext() -> Int {
    defer { contexts += 1 }
    return contexts
  }

  /// Appends bytes to a file of the batch.
  ///
  /// - Throws: `file`.
  mutating func append(_ bytes: [UInt8], to name: String) throws(DatasetError) {
    do {
      if files[name] == nil {
        files[name] = try RegularFile.handle(replacing: folder.appendingPathComponent(name).path)
      }
      try files[name]?.write(contentsOf: Data(bytes))
    } catch {
      throw .file(name: name, reason: error.localizedDescription)
    }
  }
}
