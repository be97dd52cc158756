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

  @Test func `The last verdict of a comparison counts, and the newest comparison comes first`() {
    let report = Report([
      VerdictDocument.record(1), VerdictDocument.record(2), VerdictDocument.record(1, outcome: "promote"),
    ])
    #expect(report.comparisons.map(\.number.rawValue) == [2, 1])
    #expect(report.comparisons.map(\.outcome) == [.hold, .promote])
  }

  @Test func `A rule has the effect with its interval, in figures and in words`() {
    let rule = Report([VerdictDocument.record(1)]).comparisons[0].rules[0]
    #expect(rule.row.title == "decode rate, short" && rule.row.effect == "-4.0 %" && rule.row.limit == "needed +3.0 %")
    #expect(rule.row.state == .noBoundYet && rule.row.bar?.isBounded == false)
    let effect = rule.rule.effect
    #expect([effect?.value, effect?.lower, effect?.upper, rule.threshold] == [0.96, 0.95, nil, 1.03])
  }

  @Test func `A role's holder is the registry's, since the edit that made it so`() {
    let edits = [
      Self.edit("a", at: 10, to: "org/old", state: .done), Self.edit("b", at: 20, to: "org/new", state: .abandoned),
    ]
    let overview = Overview(
      verdicts: [VerdictDocument.record(1), VerdictDocument.record(2)], sessions: [], edits: edits,
      registry: ["default": "org/old", "other": "org/new"])
    #expect(overview.roles.map(\.role) == ["default", "other"])
    #expect(overview.roles.map(\.holder) == ["org/old", "org/new"])
    #expect(overview.roles.map(\.since) == [10, nil])
    #expect(overview.roles.map(\.comparison) == [SessionNumber(rawValue: 1), nil])
    #expect(overview.roles.map(\.challenges) == [2, 0])
  }

  @Test func `An edit that the registry contradicts does not explain the holder`() {
    let overview = Overview(
      verdicts: [], sessions: [], edits: [Self.edit("a", at: 10, to: "org/old", state: .done)],
      registry: ["default": "org/by-hand"])
    #expect(overview.roles.map(\.holder) == ["org/by-hand"])
    #expect(overview.roles.map(\.since) == [nil])
  }

  @Test func `Without a registry the last edit tells the holder`() {
    let overview = Overview(
      verdicts: [VerdictDocument.record(1)], sessions: [], edits: [Self.edit("a", at: 10, to: "org/x", state: .done)])
    #expect(overview.roles.map(\.holder) == ["org/x"])
    #expect(overview.roles.map(\.source) == [.edit])
  }

  @Test func `A trend marks what changed since the point before`() {
    let overview = Overview(
      verdicts: [VerdictDocument.record(1), VerdictDocument.record(2), VerdictDocument.record(3, weights: "bb")],
      sessions: [],
      edits: [])
    let trend = overview.envelopes[0].trends.first { $0.model == "org/new" && $0.metric == .accuracy }
    #expect(trend?.points.map(\.comparison.rawValue) == [1, 2, 3])
    #expect(trend?.points.map(\.changes) == [[], [], ["weights"]])
  }

  @Test func `A model that another beats in speed and accuracy is off the frontier`() {
    let overview = Overview(
      verdicts: [
        VerdictDocument.record(1, candidate: "org/fast", speed: 120, accuracy: 0.5),
        VerdictDocument.record(2, candidate: "org/slow", speed: 110, accuracy: 0.4),
      ], sessions: [], edits: [])
    let models = overview.envelopes[0].models
    #expect(models.map(\.model) == ["org/fast", "org/old", "org/slow"])
    #expect(models.map(\.isOnFrontier) == [true, true, false])
  }

  @Test func `What a verdict lacks before it is final is listed`() {
    func lacks(stage: String, validated: Int) -> [String] {
      Report([VerdictDocument.record(1, stage: stage, validated: validated)]).comparisons[0].lacks
    }
    for validated in [1, 3] {
      let counts = lacks(stage: "provisional", validated: validated).map { $0.prefix { $0 != " " } }
      #expect(counts == ["\(4 - validated)"])
    }
    #expect(lacks(stage: "provisional", validated: 4).isEmpty)
    #expect(lacks(stage: "final", validated: 1).isEmpty)
  }

  static func heading(
    _ number: Int64, _ state: MeasurementSession.State, resident: ModelID? = "org/old"
  ) -> SessionHeading {
    let session = MeasurementSession(
      uuid: "u", startedAt: 1, envelopeID: "smoke", envelopeHash: "h", role: nil, resident: resident,
      candidate: "org/new", orderSeed: 1, environment: .isolated,
      host: Measurements.Host(
        fingerprint: "f", operatingSystem: "o", architecture: "a", chip: "c", physicalCores: 1, memoryBytes: 1),
      residentVersion: "1")
    return SessionHeading(number: SessionNumber(rawValue: number), session: session, state: state)
  }

  @Test func `A session without a verdict says what it lacks, by its state`() {
    let overview = Overview(
      verdicts: [VerdictDocument.record(1)],
      sessions: [
        Self.heading(5, .complete, resident: nil), Self.heading(4, .complete), Self.heading(3, .running),
        Self.heading(2, .interrupted), Self.heading(1, .complete),
      ], edits: [])
    #expect(overview.unjudged.map(\.number.rawValue) == [5, 4, 3, 2])
    #expect(Set(overview.unjudged.map(\.lacks)).count == 4)
    // Where a command is what is missing, it is named.
    let commands = overview.unjudged.map { $0.lacks.firstMatch(of: #/`resident (\w+)/#).map { String($0.1) } }
    #expect(commands == [nil, "promote", nil, "compare"])
  }
}
