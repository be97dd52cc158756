import JSON
import Measurements
import Report
import Store
import Testing

struct FitPageTests {
  private static func prediction(_ model: ModelID, weights: Int, host fingerprint: String = "f00d") throws
    -> HostPrediction
  {
    var run = Run(
      model: model, side: nil, provenance: .unverified,
      engine: EngineBuild(name: "native", version: "1", instructionSet: "avx2", threads: 2),
      load: LoadReading(loadSeconds: 1, readinessSeconds: 1), description: JSONObject())
    run.prediction = RunPrediction(
      memory: .init(
        weights: weights, cache: 1_000_000_000, scratch: 1, program: 1, machine: 16_000_000_000,
        reserve: 4_000_000_000),
      decode: [
        .init(
          cell: "short", bytesPerStep: weights, limit: 50e9 / Double(weights),
          rate: .init(value: 8, lower: 7, upper: 9, basis: .rehearsed))
      ])
    let sample = Sample(
      place: .init(cell: "short", block: 0, repetition: 0), startedAt: 0, elapsedNanoseconds: 500_000_000,
      peakMemoryBytes: 3_000_000_000, loadAverage: 0,
      outcome: .throughput(
        ThroughputReading(
          promptTokens: 4, cachedTokens: 0, tokenNanoseconds: (1...4).map { Int64($0) * 100_000_000 })))
    return HostPrediction(
      session: 7,
      host: Host(
        fingerprint: fingerprint, operatingSystem: "Linux", architecture: "x86_64", chip: "Some CPU", physicalCores: 2,
        memoryBytes: 16_000_000_000),
      reading: try #require(PredictionReading(run, [sample])))
  }

  private static func page(_ predictions: [HostPrediction]) -> String? {
    Overview(verdicts: [], sessions: [], edits: [], predictions: predictions).fitPage()
  }

  @Test func `Memory and rates stand as predicted beside what was measured`() throws {
    let page = try #require(Self.page([try Self.prediction("org/a", weights: 4_000_000_000)]))
    let rendered = RenderedPage(page)
    #expect(rendered.rows.contains { $0.contains("org/a") && $0.contains("5.00 GB") && $0.contains("3.00 GB") })
    #expect(rendered.rows.joined().joined().contains("short: 10 of 8 t/s (-20.0 %), 80 %"))
    // Weights, cache, scratch and program, rest and reserve, each with its place.
    for part in ["weights", "cache", "scratch", "rest", "reserve"] { #expect(page.contains("<rect class=\"\(part)\"")) }
    #expect(page.contains("<circle") && page.contains("class=\"limit\"") && page.contains("class=\"predicted\""))
  }

  @Test func `A model that does not fit makes its bar longer than the machine, and hosts stand apart`() throws {
    let page = try #require(
      Self.page([
        try Self.prediction("org/a", weights: 40_000_000_000), try Self.prediction("org/b", weights: 1, host: "beef"),
      ]))
    #expect(page.ranges(of: "<h2>").count == 2)
    #expect(!page.contains("nan") && !page.contains("inf\""))
    #expect(page.contains("41.00 GB of 16.00 GB"))
  }

  @Test func `Hostile names are text, and without predictions there is no page`() throws {
    let page = try #require(Self.page([try Self.prediction(ModelID(rawValue: PageTests.hostile), weights: 1_000_000)]))
    #expect(RenderedPage(page).scripts.isEmpty && !page.contains("<script>alert"))
    #expect(Self.page([]) == nil)
    #expect(!Overview(verdicts: [], sessions: [], edits: []).page(nil).contains("fit.html"))
  }
}
