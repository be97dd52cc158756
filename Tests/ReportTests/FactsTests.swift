import JSON
import Measurements
import Report
import Store
import Testing

struct FactsTests {
  static func edit(_ id: String, at time: Double, to model: String, state: RegistryEditRecord.State)
    -> RegistryEditRecord
  {
    RegistryEditRecord(
      id: id, requestedAt: time, role: "default", from: "org/older", to: ModelID(rawValue: model),
      comparison: SessionNumber(rawValue: 1), requestedBy: "ci", kind: .promotion, state: state)
  }

  @Test func `A role's holder is the registry's, since the edit that made it so`() {
    let edits = [
      Self.edit("a", at: 10, to: "org/old", state: .done), Self.edit("b", at: 20, to: "org/new", state: .abandoned),
    ]
    let overview = Overview(
      verdicts: [ReportTests.record(1), ReportTests.record(2)], sessions: [], edits: edits,
      registry: ["default": "org/old", "other": "org/new"])
    #expect(overview.roles.map(\.role) == ["default", "other"])
    #expect(overview.roles.map(\.holder) == ["org/old", "org/new"])
    #expect(overview.roles.map(\.since) == [10, nil])
    #expect(overview.roles.map(\.comparison) == [SessionNumber(rawValue: 1), nil])
    #expect(overview.roles.map(\.challenges) == [2, 0])
  }

  @Test func `An edit that the registry contradicts says nothing of its holder`() {
    let overview = Overview(
      verdicts: [], sessions: [], edits: [Self.edit("a", at: 10, to: "org/old", state: .done)],
      registry: ["default": "org/by-hand"])
    #expect(overview.roles.map(\.holder) == ["org/by-hand"])
    #expect(overview.roles.map(\.since) == [nil])
  }

  @Test func `Without a registry the last edit tells the holder`() {
    let overview = Overview(
      verdicts: [ReportTests.record(1)], sessions: [], edits: [Self.edit("a", at: 10, to: "org/x", state: .done)])
    #expect(overview.roles.map(\.holder) == ["org/x"])
    #expect(overview.roles.map(\.source) == [.edit])
  }

  @Test func `A trend marks what changed since the point before`() {
    let overview = Overview(
      verdicts: [ReportTests.record(1), ReportTests.record(2), ReportTests.record(3, weights: "bb")], sessions: [],
      edits: [])
    let trend = overview.envelopes[0].trends.first { $0.model == "org/new" && $0.metric == "accuracy" }
    #expect(trend?.points.map(\.comparison.rawValue) == [1, 2, 3])
    #expect(trend?.points.map(\.changes) == [[], [], ["weights"]])
  }

  @Test func `A lane that another beats in speed and accuracy is off the frontier`() {
    let overview = Overview(
      verdicts: [
        ReportTests.record(1, candidate: "org/fast", speed: 120, accuracy: 0.5),
        ReportTests.record(2, candidate: "org/slow", speed: 110, accuracy: 0.4),
      ], sessions: [], edits: [])
    let lanes = overview.envelopes[0].lanes
    #expect(lanes.map(\.model) == ["org/fast", "org/old", "org/slow"])
    #expect(lanes.map(\.isOnFrontier) == [true, true, false])
  }

  @Test func `What is missing before a verdict matures is listed`() {
    #expect(
      Report([ReportTests.record(1)]).comparisons[0].lacks == ["3 more validated comparisons of the same weights"])
  }

  @Test func `A session without a verdict says what it lacks`() {
    let session = MeasurementSession(
      uuid: "u", startedAt: 1, envelopeID: "smoke", envelopeHash: "h", role: nil, resident: "org/old",
      candidate: "org/new", orderSeed: 1, environment: .isolated,
      host: Measurements.Host(
        fingerprint: "f", operatingSystem: "o", architecture: "a", chip: "c", physicalCores: 1, memoryBytes: 1),
      residentVersion: "1")
    let overview = Overview(
      verdicts: [ReportTests.record(1)],
      sessions: [
        SessionHeading(number: SessionNumber(rawValue: 2), session: session, state: .interrupted),
        SessionHeading(number: SessionNumber(rawValue: 1), session: session, state: .complete),
      ], edits: [])
    #expect(overview.unjudged.map(\.number.rawValue) == [2])
    #expect(overview.unjudged[0].lacks.hasPrefix("the rest of its blocks"))
  }
}
