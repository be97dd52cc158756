import Envelopes
import JSON
import Measurements
import Verdicts

/// A small comparison to vary: by default the candidate decodes a tenth faster and answers all items alike.
struct Fixture {
  static let cell: CellID = "chat"
  static let task: CellID = "facts"
  static let promptTokens = 16
  static let decodeTokens = 8
  static let startedAt = 1_700_000_000.0
  static let daysBetween = 5

  var blocks = 6
  /// Of the plan; nil for as many as there are.
  var plannedBlocks: Int?
  var minimumBlocks: Int?
  var items = 150
  var voidLimit = 0.4
  /// How many times faster the candidate is, prefill and decode alike.
  var speed = 1.1
  /// Items that both have wrong; every other is right.
  var bothWrong: Set<Int> = [3, 5, 8]
  /// Items that the candidate alone has wrong.
  var candidateWrong: Set<Int> = []
  /// The relative size of the blocks' noise.
  var noise = 0.004
  /// The least proof of the weights that the rule asks for.
  var proof: ProofLevel?
  var objectives: [JSONValue] = [
    ["metric": "decode_tokens_per_second", "cell": "chat", "min_effect": 0.02]
  ]
  var guardrails: [JSONValue] = [
    ["metric": "first_token_latency_ms", "cell": "chat", "margin": 0.05],
    ["metric": "accuracy", "cell": "facts", "margin": 0.05],
    ["metric": "answer_flips", "cell": "facts", "margin": 0.1],
    ["metric": "peak_memory_bytes", "margin": 0.05],
  ]
  /// More tasks of the envelope, more of its members, and their samples.
  var tasks: [JSONValue] = []
  var members: [(String, JSONValue)] = []
  var added: [Side: [Sample]] = [:]
  /// The environment classes that the maturity rule asks for.
  var environments: [EnvironmentClass] = []
  /// The last to change the evidence.
  var change: (inout Evidence) -> Void = { _ in }

  /// The verdict on the fixture with changes.
  ///
  /// - Parameter prior: How many decided comparisons of the same weights count.
  static func verdict(
    prior: Int = 0, _ set: (inout Fixture) -> Void = { _ in }, _ change: @escaping (inout Evidence) -> Void = { _ in }
  ) throws -> Verdict {
    try Judge(VerdictInputs(evidence(set, change), decided: decided(prior))).verdict()
  }

  /// Decided comparisons, each as far from the next and the last as far from the fixture's start as the maturity rule
  /// asks for.
  static func decided(_ count: Int, in environment: EnvironmentClass = .isolated) -> [DecidedComparison] {
    (0..<count).map {
      DecidedComparison(
        session: "earlier-\($0)", startedAt: startedAt - Double((count - $0) * daysBetween * 86_400),
        environment: environment, outcome: "promote")
    }
  }

  static func evidence(
    _ set: (inout Fixture) -> Void = { _ in }, _ change: @escaping (inout Evidence) -> Void = { _ in }
  ) throws -> Evidence {
    var fixture = Fixture()
    set(&fixture)
    fixture.change = change
    return try fixture.evidence()
  }

  func evidence() throws -> Evidence {
    let envelope = try Envelope(source: source)
    var evidence = Evidence(
      session: Self.session(under: envelope), state: .complete, envelope: source,
      resident: Self.run("org/resident-4bit", .resident), candidate: Self.run("org/candidate-mixed", .candidate),
      residentSamples: samples(.resident) + added[.resident, default: []],
      candidateSamples: samples(.candidate) + added[.candidate, default: []], voids: [])
    change(&evidence)
    return evidence
  }

  private var source: JSONValue {
    var source = JSONObject([
      ("schema", 1), ("id", "fixture"), ("version", 1), ("description", "For tests."),
      ("sampling", ["temperature": 0, "top_p": 1, "seed": 1]),
      (
        "throughput",
        [
          [
            "id": "chat", "text": "Hello.", "prompt_tokens": .integer(Self.promptTokens),
            "decode_tokens": .integer(Self.decodeTokens),
          ]
        ]
      ), ("accuracy", .array([facts] + tasks)), ("plan", plan), ("promotion", promotion),
    ])
    for (name, value) in members { source[name] = value }
    return .object(source)
  }

  private var facts: JSONValue {
    [
      "id": "facts", "kind": "multiple_choice",
      "items": .array(
        (0..<items).map {
          ["id": .string("q\($0)"), "prompt": .string("Question \($0)?"), "options": ["a", "b"], "answer": 0]
        }),
    ]
  }

  private var plan: JSONValue {
    [
      "blocks": .integer(plannedBlocks ?? blocks),
      "minimum_blocks": .integer(minimumBlocks ?? plannedBlocks ?? blocks), "warm_ups": 0, "order_seed": 1,
      "divergence_limit": 0.15, "void_limit": .number(voidLimit),
    ]
  }

  private var promotion: JSONValue {
    var rule = JSONObject([
      ("confidence", 0.95), ("objectives", .array(objectives)), ("guardrails", .array(guardrails)),
      ("maturity", maturity),
    ])
    rule["proof"] = proof.map { .string($0.rawValue) }
    return .object(rule)
  }

  private var maturity: JSONValue {
    var rule = JSONObject([
      ("comparisons", 4), ("days_between", .integer(Self.daysBetween)), ("allow_provisional", true),
    ])
    if !environments.isEmpty { rule["environment_classes"] = .array(environments.map { .string($0.rawValue) }) }
    return .object(rule)
  }

  static func session(under envelope: Envelope) -> MeasurementSession {
    MeasurementSession(
      uuid: "00000000-0000-4000-8000-000000000001", startedAt: startedAt, envelopeID: envelope.id,
      envelopeHash: envelope.hash, role: "default", resident: "org/resident-4bit", candidate: "org/candidate-mixed",
      orderSeed: 1, environment: .isolated,
      host: Host(
        fingerprint: "f00d", operatingSystem: "Linux 6.1", architecture: "x86_64", chip: "Test CPU", physicalCores: 2,
        memoryBytes: 8_000_000_000), residentVersion: "1.0.0")
  }

  static func run(_ model: ModelID, _ side: Side) -> Run {
    Run(
      model: model, side: side,
      provenance: .hashed(WeightsHash(rawValue: "\(side.rawValue)-weights"), files: JSONObject()),
      engine: EngineBuild(name: "native", version: "1.0.0", instructionSet: "avx2", threads: 2),
      load: LoadReading(loadSeconds: 1.5, readinessSeconds: 0.5), description: JSONObject())
  }

  private func samples(_ side: Side) -> [Sample] {
    let repetitions = (0..<blocks).flatMap { block in (0..<2).map { (block, $0) } }
    let readings = repetitions.map { block, repetition in
      let place = Sample.Place(cell: Self.cell, block: block, repetition: repetition)
      return sample(place, side, .throughput(reading(side, place)))
    }
    let answers = (0..<items).map { item in
      let isWrong = bothWrong.contains(item) || side == .candidate && candidateWrong.contains(item)
      return sample(
        Sample.Place(cell: Self.task, block: 0, repetition: 0, item: "q\(item)"), side,
        .answer(
          AnswerReading(
            answer: isWrong ? "1" : "0", isCorrect: !isWrong, optionScores: [-1, -2], completionTokens: 0)))
    }
    return readings + answers
  }

  func sample(_ place: Sample.Place, _ side: Side, _ outcome: Sample.Outcome) -> Sample {
    Sample(
      place: place, startedAt: Self.startedAt, elapsedNanoseconds: 1, peakMemoryBytes: 400_000_000, loadAverage: 0.25,
      outcome: outcome)
  }

  private func reading(_ side: Side, _ place: Sample.Place) -> ThroughputReading {
    // A fixed pattern without a mean: what matters is that blocks differ.
    let wave = Double((place.block * 5 + place.repetition * 3 + (side == .candidate ? 1 : 0)) % 7 - 3)
    let scale = (1 + noise * wave) / (side == .candidate ? speed : 1)
    return ThroughputReading(
      promptTokens: Self.promptTokens, cachedTokens: 0,
      tokenNanoseconds: (0..<Self.decodeTokens).map { Int64((40e6 + 10e6 * Double($0)) * scale) })
  }
}

extension Evidence {
  /// Changes the samples of a side that stand at such places.
  mutating func change(
    _ side: Side, where condition: (Sample.Place) -> Bool = { _ in true }, _ change: (inout Sample) -> Void
  ) {
    var samples = samples(of: side)
    for index in samples.indices where condition(samples[index].place) { change(&samples[index]) }
    set(samples, side)
  }

  mutating func remove(_ side: Side, where condition: (Sample) -> Bool) {
    set(samples(of: side).filter { !condition($0) }, side)
  }

  mutating func set(_ samples: [Sample], _ side: Side) {
    if side == .resident { residentSamples = samples } else { candidateSamples = samples }
  }

  /// The same evidence with the models in each other's place.
  var swapped: Evidence {
    var evidence = self
    (evidence.resident, evidence.candidate) = (candidate, resident)
    (evidence.residentSamples, evidence.candidateSamples) = (candidateSamples, residentSamples)
    evidence.session.resident = session.candidate
    evidence.session.candidate = session.resident ?? ""
    return evidence
  }
}

extension Judge {
  /// Judges a comparison by itself.
  init(_ evidence: Evidence) throws { try self.init(VerdictInputs(evidence)) }
}

extension Sample {
  /// Multiplies every token's time.
  mutating func slow(by factor: Double) {
    guard var reading = throughput else { return }
    reading.tokenNanoseconds = reading.tokenNanoseconds.map { Int64((Double($0) * factor).rounded()) }
    outcome = .throughput(reading)
  }
}

extension Verdict {
  func guardrail(_ metric: Metric) -> GuardrailResult? { guardrails.first { $0.metric == metric } }

  /// The first objective's effect, if it is a ratio.
  var ratio: RatioEffect? {
    if case .ratio(let effect)? = objectives.first?.effect { effect } else { nil }
  }
}
