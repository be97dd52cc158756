import Dataset
import Foundation
import JSON
import Measurements
import Store
import Testing

@Suite("An import")
struct ImportTests {
  let fixture: Fixture
  let other: MeasurementStore

  init() throws {
    fixture = try Fixture()
    other = try MeasurementStore(at: fixture.folder("other.sqlite"), mode: .readWrite)
  }

  private func merge(_ name: String = "results") throws -> DatasetImporter.Report {
    try DatasetImporter(try fixture.dataset(name), into: other).run()
  }

  /// Where the sessions come from is the one thing that another database says otherwise.
  private func expectSameButForOrigin(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let (first, again) = (try fixture.dataset().sessions(), try fixture.dataset("again").sessions())
    #expect(first.map(\.session) == again.map(\.session), sourceLocation: sourceLocation)
    #expect(first.allSatisfy { $0.origin == .measured }, sourceLocation: sourceLocation)
    #expect(again.allSatisfy { $0.origin == .imported }, sourceLocation: sourceLocation)
    let files = try ["results", "again"].map(fixture.filesWithoutOrigins)
    #expect(!files[0].isEmpty && files[0] == files[1], sourceLocation: sourceLocation)
  }

  @Test(
    "Sessions, samples and verdicts arrive once, and leave again as the same bytes", arguments: ShardFormat.allCases)
  func twice(format: ShardFormat) throws {
    for uuid in ["a", "b"] {
      let number = try fixture.comparison(uuid: uuid)
      // The clock of the fixture stands still: the two agree in all but their content.
      for ratio in [1.0, 2.0] {
        try fixture.store.record(verdict: ["outcome": "hold", "ratio": .number(ratio)], outcome: "hold", for: number)
      }
    }
    _ = try fixture.exporter(format: format).export()
    let first = try merge()
    #expect(first.sessions == 2 && first.samples == 24 && first.verdicts == 4 && first.unchanged == 0)
    let second = try merge()
    #expect(second.sessions == 0 && second.samples == 0 && second.verdicts == 0 && second.unchanged == 2)
    let again = DatasetExporter(
      store: other, folder: fixture.folder("again"), gitRevision: "0123456789abcdef0123", trigger: "manual",
      format: format, engine: Fixture.duckdb, identity: Fixture.identity)
    _ = try again.export()
    try expectSameButForOrigin()
  }

  @Test(
    "Incidents, readings of the host and memory traces arrive whole, and leave again", arguments: ShardFormat.allCases)
  func context(format: ShardFormat) throws {
    for uuid in ["a", "b"] { try fixture.comparison(uuid: uuid, context: Fixture.context) }
    try fixture.comparison(uuid: "c")
    _ = try fixture.exporter(format: format).export()
    _ = try merge()
    for number in [SessionNumber(rawValue: 1), 2] {
      #expect(try other.context(of: number) == Fixture.context)
    }
    #expect(try other.context(of: 3) == HostContext())
    let again = DatasetExporter(
      store: other, folder: fixture.folder("again"), gitRevision: "0123456789abcdef0123", trigger: "manual",
      format: format, engine: Fixture.duckdb, identity: Fixture.identity)
    _ = try again.export()
    try expectSameButForOrigin()
  }

  @Test("A missing or mistyped value around a session is an error, and nothing of the batch is added")
  func malformedContext() throws {
    try fixture.comparison(context: Fixture.context)
    _ = try fixture.exporter().export()
    for table in [DatasetTable.incidents, .hostReadings, .memoryTraces] {
      for (name, definition) in table.columns where !definition.isOptional && !["message"].contains(name) {
        for value in [nil, [:], .array([-1])] as [JSONValue?] {
          let forged = try ForgedDataset(fixture.folder("results"), table, line: 0, column: name, value: value)
          defer { forged.remove() }
          let dataset = try PublishedDataset(folder: forged.folder, engine: nil)
          let isRead = !["schema_version", "incident", "env_class", "host_fingerprint"].contains(name)
          let store = try MeasurementStore(at: forged.folder.appendingPathComponent("s.sqlite"), mode: .readWrite)
          let isTaken = (try? DatasetImporter(dataset, into: store).run()) != nil
          #expect(isTaken != isRead, "\(table).\(name) = \(value?.serialized() ?? "nothing")")
          #expect(try store.sessions().isEmpty == isRead)
        }
      }
    }
  }

  @Test("A later import adds what is new and changes nothing else")
  func additions() throws {
    let number = try fixture.comparison(uuid: "a")
    _ = try fixture.exporter().export()
    _ = try merge()
    try fixture.store.record(verdict: ["outcome": "promote"], outcome: "promote", for: number)
    try fixture.comparison(uuid: "b")
    _ = try fixture.exporter().export()
    let report = try merge()
    #expect(report.sessions == 1 && report.verdicts == 1 && report.unchanged == 1)
    #expect(try other.sessions().map(\.session.uuid) == ["b", "a"])
    #expect(try other.sessions().allSatisfy { $0.state == .complete })
  }

  @Test("A shard that does not match its name is refused, and nothing of its batch is added")
  func tampered() throws {
    try fixture.comparison()
    let report = try fixture.exporter().export()
    for shard in report.written {
      let url = fixture.folder("results/\(shard)")
      let bytes = try Data(contentsOf: url)
      try (bytes + Data("\n".utf8)).write(to: url)
      #expect {
        try merge()
      } throws: { error in
        guard case .hashMismatch = error as? DatasetError else { return false }
        return true
      }
      try bytes.write(to: url)
    }
    #expect(try other.sessions().isEmpty)
    #expect(try merge().sessions == 1)
  }

  @Test("A forged sample with an impossible value is refused")
  func impossible() throws {
    try fixture.comparison()
    _ = try fixture.exporter().export()
    let forged = try ForgedDataset(
      fixture.folder("results"), .samples, line: 0, column: "elapsed_ns", value: -1)
    let dataset = try PublishedDataset(folder: forged.folder, engine: nil)
    #expect(throws: DatasetError.self) { try DatasetImporter(dataset, into: other).run() }
    #expect(try other.sessions().isEmpty)
  }
}
