import Foundation
import JSON
import Store
import Testing

@testable import Dataset

@Suite("A query")
struct QueryTests {
  let fixture: Fixture

  init() throws {
    fixture = try Fixture()
    try fixture.comparison()
  }

  private func ask(_ sql: String, _ output: DatasetQuery.Output = .csv) throws -> String {
    try DatasetQuery(fixture.dataset(), engine: Fixture.duckdb).run(sql, output: output)
  }

  @Test("Tables of a dataset are views, in either format", arguments: ShardFormat.allCases)
  func tables(format: ShardFormat) throws {
    _ = try fixture.exporter(format: format).export()
    #expect(
      try ask("SELECT side, count(*) AS n FROM samples GROUP BY side ORDER BY side;\n")
        == "side,n\ncandidate,6\nresident,6\n")
    #expect(try ask("SELECT 'it''s' AS a", .json) == "[{\"a\":\"it's\"}]\n")
  }

  @Test("Hundreds of batches are asked, verified and imported: their names fit into no command line")
  func manyBatches() throws {
    for number in 1..<300 { try fixture.comparison(uuid: "6d1a1a0e-0000-4000-8000-1\(100_000_000_000 + number)") }
    _ = try fixture.exporter(batchSize: 1).export()
    #expect(try fixture.dataset().files().count { $0.path.hasPrefix("samples/") } == 300)
    #expect(try ask("SELECT count(*) AS n, count(DISTINCT session) AS s FROM samples") == "n,s\n3600,300\n")
    #expect(try DatasetVerifier(fixture.dataset()).findings().isEmpty)
    let other = try MeasurementStore(at: fixture.folder("other.sqlite"), mode: .readWrite)
    let report = try DatasetImporter(fixture.dataset(), into: other).run()
    #expect(report.sessions == 300 && report.samples == 3600)
    #expect(try DatasetImporter(fixture.dataset(), into: other).run().unchanged == 300)
  }

  @Test("Shards that lack a column are read beside those that have it, however many there are", arguments: [0, 200])
  func olderShards(fewFiles: Int) throws {
    _ = try fixture.exporter(format: .parquet).export()
    let folder = fixture.folder("results/sessions")
    let shard = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).first)
    try fixture.comparison(uuid: "later")
    _ = try fixture.exporter(format: .parquet).export()
    // As an earlier version wrote it; a query does not look at the hash.
    let older = folder.appendingPathComponent(shard)
    let whole = folder.appendingPathComponent("whole.parquet")
    try FileManager.default.moveItem(at: older, to: whole)
    let made = Process()
    made.executableURL = Fixture.duckdb.executable
    made.arguments = [
      ":memory:", "-c",
      "COPY (SELECT * EXCLUDE (origin, unfinished_challenges) FROM '\(whole.path)') TO '\(older.path)'",
    ]
    try made.run()
    made.waitUntilExit()
    try #require(made.terminationStatus == 0)
    let output = try DatasetQuery(fixture.dataset(), engine: Fixture.duckdb, fewFiles: fewFiles).run(
      "SELECT origin, count(unfinished_challenges) AS n FROM sessions GROUP BY origin ORDER BY origin", output: .csv)
    #expect(output == "origin,n\nmeasured,1\nNULL,0\n")
  }

  @Test(
    "Nothing but one SELECT statement is taken, and nothing outside of the dataset is read or written",
    arguments: [
      "SELECT 1; SELECT 2", "COPY (SELECT 1) TO 'x.csv'", "CREATE TABLE t (a INT)", "DROP VIEW samples",
      "INSTALL httpfs", "ATTACH 'x.db'", "SELECT * FROM read_csv('/etc/passwd')", "FROM read_text('/etc/hostname')",
      "SELECT 1'); COPY (SELECT 1) TO ('x.csv", "SELECT", "PRAGMA version",
    ])
  func refusals(sql: String) throws {
    _ = try fixture.exporter(format: .parquet).export()
    let before = try fixture.files()
    #expect(throws: DatasetError.self) { try ask(sql) }
    #expect(try fixture.files() == before)
  }

  @Test("The database runs SQL that only reads")
  func database() throws {
    let store = try MeasurementStore(at: fixture.folder("measurements.sqlite"), mode: .readOnly)
    var rows: [[JSONValue]] = []
    try store.query("SELECT side, count(*) AS n FROM runs GROUP BY side ORDER BY side") { names, values in
      #expect(names == ["side", "n"])
      rows.append(values)
    }
    #expect(rows == [["candidate", 1], ["resident", 1]])
    for sql in ["DELETE FROM samples", "SELECT 1; SELECT 2", "CREATE TABLE t (a)", "nonsense", ""] {
      #expect(throws: StoreError.self) { try store.query(sql) { _, _ in } }
    }
  }
}
