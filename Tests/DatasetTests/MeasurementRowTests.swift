import Dataset
import JSON
import Measurements
import Testing

@Suite("Rows of measurements")
struct MeasurementRowTests {
  let rows: [JSONValue]

  init() throws {
    let fixture = try Fixture()
    try fixture.comparison()
    _ = try fixture.exporter().export()
    rows = try fixture.rows(.measurements).filter { $0["side"] == "candidate" }
  }

  private func row(_ metric: String, block: Int = 0, repetition: Int = 0) throws -> JSONValue {
    try #require(
      rows.first {
        $0["metric"]?.string == metric && $0["block"]?.integer == block && $0["repetition"]?.integer == repetition
      })
  }

  @Test("The columns begin with those of other public datasets, and every row has all of them")
  func columns() {
    let names = DatasetTable.measurements.columns.map(\.name)
    #expect(
      names.prefix(25) == [
        "schema_version", "timestamp", "git_sha", "trigger", "suite", "model", "model_revision", "quantization", "os",
        "chip", "memory_gb", "env_class", "concurrency", "seed", "name", "metric", "value", "unit", "duration_seconds",
        "prompt_tokens_per_second", "decode_tokens_per_second", "total_tokens_per_second", "first_token_latency_ms",
        "peak_rss_mb", "tags",
      ])
    #expect(rows.allSatisfy { Set($0.object?.names ?? []) == Set(names) && $0.object?.count == names.count })
  }

  @Test("A sample has a row per metric, in the metric's unit and with its regime")
  func metrics() throws {
    let reading = try #require(MeasuredSide.candidate.samples[0].throughput)
    let expected: [(Metric, Double?)] = [
      (.cumulativeTokensPerSecond, reading.cumulativeTokensPerSecond),
      (.decodeTokensPerSecond, reading.decodeTokensPerSecond),
      (.prefillTokensPerSecond, reading.prefillTokensPerSecond),
      (.firstTokenLatency, 500), (.interTokenP95, 21.000001), (.peakMemory, Double(300 << 20)),
    ]
    for (metric, value) in expected {
      let row = try row(metric.rawValue)
      #expect(abs(try #require(row["value"]?.number) - (value ?? .nan)) < 1e-9 * (value ?? .nan))
      #expect(row["unit"]?.string == metric.unit)
      #expect(row["prompt_tokens"] == 512)
      #expect(row["decode_tokens"] == 3)
      #expect(row["cached_tokens"] == 0)
      #expect(row["concurrency"] == 1)
    }
    #expect(rows.count { $0["block"] == 0 && $0["cell"] == "short" && $0["repetition"] == 0 } == expected.count)
  }

  @Test("An answer is a share of one item")
  func answers() {
    let accuracy = rows.filter { $0["metric"] == "accuracy" }
    #expect(accuracy.map { $0["item"] } == ["sky", "sea"])
    #expect(accuracy.map { $0["value"] } == [1.0, 0.0])
  }

  @Test("A failure has a row with its status and no figure")
  func failures() throws {
    let row = try #require(rows.first { $0["status"] == "capacity_gated" })
    #expect(row["value"] == .null && row["metric"] == .null)
    #expect(row["message"] == "the worker exited with status 1")
    #expect(rows.count { $0["block"] == 2 } == 1)
  }

  @Test("A void block is kept, with its reason")
  func voids() {
    #expect(rows.allSatisfy { ($0["void_reason"] != .null) == ($0["block"] == 1) })
  }

  @Test("A cold start has two rows")
  func coldStart() throws {
    #expect(rows.filter { $0["name"] == "cold-start" }.map { $0["value"] } == [1.25, 0.5])
  }
}
