import Dataset
import Foundation
import JSON
import Store
import Testing

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
