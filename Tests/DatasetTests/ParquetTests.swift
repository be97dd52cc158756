import Dataset
import Foundation
import JSON
import Measurements
import Testing

@Suite("Parquet")
struct ParquetTests {
  let fixture: Fixture

  init() throws {
    fixture = try Fixture()
    var candidate = MeasuredSide.candidate
    candidate.samples.append(
      MeasuredSide.sample("short", block: 7, .unscored(.failed, message: "é \"quoted\" \\ end\u{1}")))
    for number in 1...3 {
      let session = try fixture.comparison(
        uuid: "\(number)", candidate: candidate, context: Fixture.context)
      try fixture.store.record(verdict: ["outcome": "hold", "confidence": 0.1], outcome: "hold", for: session)
      try fixture.store.setAside(session, why: "too noisy", requestedBy: "alice")
    }
    _ = try fixture.exporter(to: "parquet", format: .parquet).export()
    _ = try fixture.exporter(to: "jsonl", format: .jsonl).export()
  }

  /// What DuckDB prints.
  private func query(_ sql: String) throws -> String {
    let process = Process()
    process.executableURL = Fixture.duckdb.executable
    process.arguments = ["-csv", "-noheader", "-init", "/dev/null", ":memory:", "-c", sql]
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @Test("Both formats hold the same rows in the same order", arguments: DatasetTable.allCases)
  func rowEquality(table: DatasetTable) throws {
    let types = table.columns.map { "\($0.name): '\(Self.types[$0.definition.kind] ?? "")'" }.joined(separator: ", ")
    let names = table.columns.map(\.name).joined(separator: ", ")
    let parquet = "SELECT \(names) FROM read_parquet('\(fixture.folder("parquet").path)/\(table.rawValue)/*.parquet')"
    let lines =
      "SELECT \(names) FROM read_json('\(fixture.folder("jsonl").path)/\(table.rawValue)/*.jsonl', columns = {\(types)})"
    let expected = try fixture.rows(table, in: "jsonl").count
    #expect(expected > 0)
    let columns = try query("SELECT string_agg(column_type) FROM (DESCRIBE \(parquet))")
    #expect(columns == "\"\(table.columns.compactMap { Self.types[$0.definition.kind] }.joined(separator: ","))\"")
    #expect(
      try query(
        """
        SELECT count(*), count(*) FILTER (p IS NOT DISTINCT FROM j) FROM
        (SELECT row_number() OVER () AS n, p FROM (\(parquet)) p) JOIN
        (SELECT row_number() OVER () AS n, j FROM (\(lines)) j) USING (n)
        """) == "\(expected),\(expected)")
  }

  @Test("The rows are those of the store")
  func counts() throws {
    let samples = "read_parquet('\(fixture.folder("parquet").path)/samples/*.parquet')"
    #expect(try query("SELECT count(*), count(DISTINCT session) FROM \(samples)") == "39,3")
    #expect(
      try query("SELECT DISTINCT option_scores[2]::VARCHAR, option_scores[3] FROM \(samples) WHERE item = 'sky'")
        == "-inf,0.30000000000000004")
    #expect(
      try query("SELECT DISTINCT token_ns FROM \(samples) WHERE token_ns IS NOT NULL")
        == "\"[500000000, 520000000, 541000001]\"")
  }

  @Test("A schema lists the columns of each table with their types")
  func schemas() throws {
    for table in DatasetTable.allCases {
      let url = fixture.folder("parquet/schemas/\(table.rawValue).schema.json")
      let schema = try JSONValue(parsing: [UInt8](Data(contentsOf: url)))
      #expect(schema["properties"]?.object?.names == table.columns.map(\.name))
      for row in try fixture.rows(table, in: "jsonl") {
        for (name, definition) in table.columns {
          let value = row[name] ?? .null
          #expect(value != .null || definition.isOptional, "\(name) of \(table) is null")
        }
      }
    }
  }

  @Test("A failing engine is an error with its message, and leaves nothing behind")
  func failingEngine() throws {
    try fixture.folder.writeProgram("#!/bin/sh\necho out of luck >&2\nexit 3\n", to: "duckdb")
    let exporter = DatasetExporter(
      store: fixture.store, folder: fixture.folder("failed"), gitRevision: "unknown", trigger: "manual",
      format: .parquet, engine: DuckDB(executable: fixture.folder("duckdb")), identity: Fixture.identity)
    #expect(throws: DatasetError.engine("out of luck")) { try exporter.export() }
    #expect(try fixture.files(of: "failed").keys.allSatisfy { $0.hasPrefix(".export/") })
    #expect(try fixture.exporter(to: "failed", format: .parquet).export().sessions == 3)
    #expect(try fixture.files(of: "failed").keys.allSatisfy { !$0.hasPrefix(".export/") })
  }

  @Test("DuckDB is looked up by its name, then in the environment, in PATH and in the project")
  func search() throws {
    let executable = Fixture.duckdb.executable
    let empty = fixture.folder("empty")
    #expect(try DuckDB.find(executable.path, environment: [:], in: empty)?.executable == executable)
    #expect(try DuckDB.find(environment: ["RESIDENT_DUCKDB": executable.path], in: empty)?.executable == executable)
    let folder = executable.deletingLastPathComponent()
    #expect(
      try DuckDB.find(environment: ["PATH": "/nowhere:\(folder.path)"], in: empty)?.executable.path == executable.path)
    let project = folder.deletingLastPathComponent().deletingLastPathComponent()
    #expect(try DuckDB.find(environment: [:], in: project)?.executable.path == executable.path)
    #expect(try DuckDB.find(environment: [:], in: empty) == nil)
    #expect(throws: DatasetError.self) { try DuckDB.find("/nowhere/duckdb", environment: [:], in: empty) }
  }

  private static let types: [ColumnDefinition.Kind: String] = [
    .text: "VARCHAR", .integer: "BIGINT", .number: "DOUBLE", .boolean: "BOOLEAN", .texts: "VARCHAR[]",
    .integers: "BIGINT[]", .numbers: "DOUBLE[]",
  ]
}
