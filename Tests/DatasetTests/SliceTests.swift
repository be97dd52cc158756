import Dataset
import Foundation
import JSON
import Measurements
import Store
import TestSupport
import Testing

@Suite("Slices in a dataset")
struct SliceTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  /// What an engine says of a slice beside its time.
  enum Reported: CaseIterable {
    case all, processorTime, nothing
  }

  private static func candidate(_ reported: Reported) -> MeasuredSide {
    let processor: [Int64?] = reported == .nothing ? [nil, nil, nil, nil] : [590_000_000, 1, 0, 40_000_000]
    let switches: [Int?] = reported == .all ? [0, 3, 0, 1] : [nil, nil, nil, nil]
    let parts: [(Slice.Phase, Int, Int64)] = [
      (.prefill, 300, 300_000_000), (.prefill, 212, 200_000_000), (.decode, 1, 20_000_000), (.decode, 1, 21_000_001),
    ]
    let reading = ThroughputReading(
      promptTokens: 512, cachedTokens: 0, tokenNanoseconds: [500_000_000, 520_000_000, 541_000_001],
      slices: parts.enumerated().map { index, part in
        Slice(
          phase: part.0, tokens: part.1, nanoseconds: part.2, processorNanoseconds: processor[index],
          involuntarySwitches: switches[index])
      })
    var side = MeasuredSide.candidate
    side.samples[0].outcome = .throughput(reading)
    // A prompt that was in the cache, and an answer that ends with its first token, have no slices of a kind.
    var cached = reading
    cached.cachedTokens = 512
    cached.slices = cached.slices.filter { $0.phase == .decode }
    cached.tokenNanoseconds = [1, 20_000_001, 41_000_001]
    side.samples.append(MeasuredSide.sample("short", block: 7, .throughput(cached)))
    var short = reading
    short.slices = short.slices.filter { $0.phase == .prefill }
    short.tokenNanoseconds = [500_000_000]
    side.samples.append(MeasuredSide.sample("short", block: 8, .throughput(short)))
    return side
  }

  @Test(
    "They are read back as they were measured, imported, and exported again as the same bytes",
    arguments: ShardFormat.allCases, Reported.allCases)
  func roundTrip(format: ShardFormat, reported: Reported) throws {
    let side = Self.candidate(reported)
    let number = try fixture.comparison(candidate: side)
    _ = try fixture.exporter(format: format).export()
    let expected = side.samples.map(\.throughput?.slices)
    #expect(try fixture.store.evidence(number).candidateSamples.map(\.throughput?.slices) == expected)
    #expect(try fixture.evidence().first?.candidateSamples.map(\.throughput?.slices) == expected)
    let other = try MeasurementStore(at: fixture.folder("other.sqlite"), mode: .readWrite)
    #expect(try DatasetImporter(try fixture.dataset(), into: other).run().samples == 14)
    #expect(try other.evidence(1).candidateSamples.map(\.throughput?.slices) == expected)
    let again = DatasetExporter(
      store: other, folder: fixture.folder("again"), gitRevision: "0123456789abcdef0123", trigger: "manual",
      format: format, engine: Fixture.duckdb, identity: Fixture.identity)
    _ = try again.export()
    #expect(try fixture.filesWithoutOrigins(of: "again") == fixture.filesWithoutOrigins(of: "results"))
  }

  @Test("Every new shard has their columns, null for whole requests and for what the engine does not report")
  func columns() throws {
    try fixture.comparison(candidate: Self.candidate(.processorTime))
    _ = try fixture.exporter().export()
    let rows = try fixture.rows(.samples)
    let row = try #require(rows.first { $0["slice_tokens"] != .null })
    #expect(row["slice_tokens"] == [300, 212, 1, 1])
    #expect(row["slice_ns"] == [300_000_000, 200_000_000, 20_000_000, 21_000_001])
    #expect(row["slice_processor_ns"] == [590_000_000, 1, 0, 40_000_000])
    #expect(row["slice_switches"] == .null)
    for name in ["slice_tokens", "slice_ns", "slice_processor_ns", "slice_switches"] {
      #expect(rows.allSatisfy { $0[name] != nil })
      #expect(rows.count { $0[name] != .null } == (name == "slice_switches" ? 0 : 3))
    }
  }

  @Test("A sliced sample has the figures of its reading, as any other")
  func figures() throws {
    let side = Self.candidate(.all)
    try fixture.comparison(candidate: side)
    _ = try fixture.exporter().export()
    let rows = try fixture.rows(.measurements).filter { $0["side"] == "candidate" && $0["cell"] == "short" }
    let found = rows.filter { $0["block"] == 0 && $0["repetition"] == 0 }
    let expected = Metric.allCases.filter { side.samples[0].value(of: $0) != nil }
    #expect(found.compactMap { $0["metric"]?.string } == expected.map(\.rawValue))
    for (row, metric) in zip(found, expected) {
      #expect(row["value"]?.number == side.samples[0].value(of: metric))
    }
  }

  @Test(
    "Lists that do not fit each other or the sample are an error with the line, never a crash",
    arguments: [
      ("slice_tokens", [300, 212, 1]), ("slice_tokens", [300, 213, 1, 1]), ("slice_tokens", .null),
      ("slice_tokens", [.integer(.min), .integer(.max), 1, 1]), ("slice_ns", .null), ("slice_ns", [1, 1, 1]),
      ("slice_ns", [-1, 1, 1, 1]), ("slice_processor_ns", [1]), ("slice_processor_ns", [1, 1, 1, -1]),
      ("slice_switches", [1, 1, 1, .null]), ("prompt_tokens", .integer(.min)), ("cached_tokens", .integer(.max)),
    ] as [(String, JSONValue)])
  func malformed(column: String, value: JSONValue) throws {
    try fixture.comparison(candidate: Self.candidate(.all))
    _ = try fixture.exporter().export()
    let line = try #require(try fixture.rows(.samples).firstIndex { $0["slice_ns"] != .null })
    let forged = try ForgedDataset(fixture.folder("results"), .samples, line: line, column: column, value: value)
    #expect {
      try forged.evidence()
    } throws: { error in
      guard case .malformed = error as? DatasetError else { return false }
      return true
    }
  }
}

@Suite("A dataset from before slices")
struct OlderDatasetTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private static let project = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  @Test("Those of this project are read and verified as they are", arguments: ["results", "docs/nightly/results"])
  func published(name: String) throws {
    let dataset = try PublishedDataset(
      folder: Self.project.appendingPathComponent(name), engine: Fixture.duckdb)
    let findings = try DatasetVerifier(dataset).findings()
    #expect(!findings.isEmpty)
    #expect(findings.allSatisfy { $0.state == .same }, "\(findings.filter { $0.state != .same })")
    let store = try MeasurementStore(at: fixture.folder("imported.sqlite"), mode: .readWrite)
    #expect(try DatasetImporter(dataset, into: store).run().samples > 0)
  }

  @Test("A new export adds shards beside the old ones, and both are read, asked and described as one table")
  func additions() throws {
    try FileManager.default.copyItem(
      at: Self.project.appendingPathComponent("results"), to: fixture.folder("results"))
    let before = try fixture.files().filter { $0.key.hasSuffix(".parquet") }
    let whole = try fixture.dataset().sessions().count
    var candidate = MeasuredSide.candidate
    var reading = ThroughputReading(promptTokens: 512, cachedTokens: 0, tokenNanoseconds: [500_000_000])
    reading.slices = [Slice(phase: .prefill, tokens: 512, nanoseconds: 500_000_000)]
    candidate.samples[0].outcome = .throughput(reading)
    try fixture.comparison(candidate: candidate)
    _ = try fixture.exporter(format: .parquet).export()
    #expect(try fixture.files().filter { before[$0.key] != nil } == before)
    let evidence = try fixture.evidence()
    #expect(evidence.count == whole + 1)
    #expect(evidence.flatMap(\.candidateSamples).compactMap(\.throughput).count { !$0.slices.isEmpty } == 1)
    let output = try DatasetQuery(fixture.dataset(), engine: Fixture.duckdb).run(
      "SELECT count(*) > 12 AS a, count(slice_ns) AS b, count(slice_switches) AS c FROM samples", output: .csv)
    #expect(output == "a,b,c\ntrue,1,0\n")
    // Loaders that would take the columns of the oldest shard are told all of them.
    let card = try String(contentsOf: fixture.folder("results/README.md"), encoding: .utf8)
    #expect(card.contains("dataset_info:\n- config_name: samples\n  features:\n  - name: session\n    dtype: string\n"))
    #expect(card.contains("  - name: slice_ns\n    list: int64\n"))
  }

  @Test("Rows of JSON Lines without the columns are of whole requests, and fit the schema")
  func lines() throws {
    try fixture.comparison()
    _ = try fixture.exporter().export()
    let forged = try ForgedDataset(
      fixture.folder("results"), .samples, line: 0, column: "slice_tokens", value: nil)
    let (evidence, expected) = (try forged.evidence(), try fixture.evidence())
    #expect(evidence == expected)
    let schema = try JSONValue(
      parsing: [UInt8](Data(contentsOf: fixture.folder("results/schemas/samples.schema.json"))))
    let required = Set(schema["required"]?.array?.compactMap(\.string) ?? [])
    let columns = DatasetTable.samples.columns.map(\.name)
    #expect(
      Set(columns).subtracting(required)
        == [
          "slice_tokens", "slice_ns", "slice_processor_ns", "slice_switches", "footprint_bytes", "swapped_bytes",
          "wired_bytes", "host_swap_bytes", "host_pressure", "engine_active_bytes", "engine_cache_bytes",
          "engine_buffers",
        ])
  }
}
