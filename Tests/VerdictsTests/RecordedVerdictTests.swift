import JSON
import Measurements
import Statistics
import Testing

@testable import Verdicts

@Suite("Recorded verdicts")
struct RecordedVerdictTests {
  /// Comparisons whose documents have every kind of member between them.
  enum Example: String, CaseIterable {
    case promote, hold, reject, refused, gaps, oneBlock, flips, memory, final, missingEnvironment, pooled, texts, loops
    case rankings

    func verdict() throws -> Verdict {
      switch self {
      case .promote: try Fixture.verdict()
      case .hold: try Fixture.verdict { $0.speed = 1 }
      case .reject: try Fixture.verdict { $0.speed = 0.8 }
      case .refused:
        try Fixture.verdict({ _ in }) {
          ($0.session.resident, $0.session.role, $0.candidate.provenance) = (nil, nil, .unverified)
        }
      case .gaps:
        try Fixture.verdict({ $0.noise = 0.02 }) { evidence in
          evidence.state = .interrupted
          evidence.voids = [BlockVoid(cell: "chat", block: 1, reason: "the lid was closed")]
          evidence.remove(.candidate) { $0.place.item == "q4" || $0.place.block == 5 }
        }
      // An interval of one or two blocks has no upper end.
      case .oneBlock: try Fixture.verdict { $0.blocks = 2 }
      case .flips: try Fixture.verdict { $0.candidateWrong = Set(20..<60) }
      case .memory: try Fixture.verdict({ _ in }) { $0.change(.candidate) { $0.peakMemoryBytes *= 2 } }
      case .final: try Fixture.verdict(prior: 3)
      case .missingEnvironment: try Fixture.verdict(prior: 3) { $0.environments = [.isolated, .underLoad] }
      case .pooled: try Judge(VerdictInputs(Fixture.evidence(), pooled: [Fixture.evidence()])).verdict()
      case .texts: try Fixture.verdict { $0.judgeTexts() }
      case .loops: try Fixture.verdict { $0.judgeLoops() }
      case .rankings: try Fixture.verdict { $0.judgeRankings() }
      }
    }
  }

  @Test("The examples cover every outcome and every kind of effect")
  func coverage() throws {
    let verdicts = try Example.allCases.map { try $0.verdict() }
    #expect(Set(verdicts.map(\.outcome)) == Set(Verdict.Outcome.allCases))
    let kinds = try verdicts.flatMap { try RecordedVerdict($0.json).rules }.compactMap { $0.effect?.kind }
    // Streams are of envelopes by rounds, and their effects are read back in `EnduranceFiguresTests`.
    #expect(Set(kinds) == Set(Effect.Kind.allCases).subtracting([.limitedFigure]))
  }

  @Test("A document's typed parts make the sentence that the verdict has", arguments: Example.allCases)
  func sentence(example: Example) throws {
    let verdict = try example.verdict()
    #expect(try RecordedVerdict(verdict.json).sentence == verdict.reason)
    var document = try #require(verdict.json.object)
    document["reason"] = "…"
    #expect(try RecordedVerdict(.object(document)).sentence == verdict.reason)
  }

  @Test("Every field is the verdict's, read from the value and from its text", arguments: Example.allCases)
  func fields(example: Example) throws {
    let verdict = try example.verdict()
    let recorded = try RecordedVerdict(verdict.json)
    #expect(try RecordedVerdict(JSONValue(parsing: verdict.json.serialized())) == recorded)
    #expect(recorded.outcome == verdict.outcome)
    #expect(recorded.reason == verdict.reason)
    #expect(recorded.stage == verdict.maturity.stage)
    #expect(recorded.validatedComparisons == verdict.maturity.validated)
    #expect(recorded.neededComparisons == verdict.maturity.needed)
    #expect(recorded.missingEnvironments == verdict.maturity.missingEnvironments)
    #expect(recorded.basis?.countedSessions == verdict.maturity.countedSessions)
    #expect(recorded.basis?.pooledSessions == verdict.challenge.earlierSessions)
    #expect(recorded.subject == verdict.subject.withoutProof)
    #expect(recorded.refusals.map(\.code) == verdict.refusals.map(\.code))
    #expect(recorded.refusals.map(\.message) == verdict.refusals.map(\.description))
    #expect(recorded.gaps.map(\.code) == verdict.gaps.map(\.code))
    #expect(recorded.gaps.map(\.message) == verdict.gaps.map(\.description))
    #expect(recorded.facts.map(\.cell) == verdict.facts.map(\.cell))
    #expect(recorded.facts.map(\.side) == verdict.facts.map(\.side))
    #expect(recorded.facts.map(\.figures) == verdict.facts.map(\.figures))

    let objectives = recorded.rules.prefix(verdict.objectives.count)
    #expect(objectives.map(\.metric) == verdict.objectives.map(\.metric))
    #expect(objectives.map(\.cell) == verdict.objectives.map(\.cell))
    #expect(objectives.map(\.state) == verdict.objectives.map { .objective($0.state) })
    #expect(objectives.map(\.standing) == verdict.objectives.map(\.standing))
    #expect(objectives.map(\.limit) == verdict.objectives.map(\.minimumEffect))
    let guardrails = recorded.rules.dropFirst(verdict.objectives.count)
    #expect(guardrails.map(\.metric) == verdict.guardrails.map(\.metric))
    #expect(guardrails.map(\.cell) == verdict.guardrails.map(\.cell))
    #expect(guardrails.map(\.state) == verdict.guardrails.map { .guardrail($0.state) })
    #expect(guardrails.map(\.limit) == verdict.guardrails.map(\.margin))
    let effects = verdict.objectives.map(\.effect) + verdict.guardrails.map(\.effect)
    #expect(recorded.rules.map { $0.effect.map(RecordedFigures.init) } == effects.map { $0.map(RecordedFigures.init) })
  }

  @Test(
    "A missing member is named by its path",
    arguments: [
      "outcome", "reason", "maturity", "maturity.stage", "maturity.validated_comparisons",
      "maturity.needed_comparisons", "subject", "subject.session", "subject.envelope", "subject.envelope.id",
      "subject.envelope.version", "subject.envelope.sha256", "subject.resident.model",
      "subject.resident.engine.instruction_set", "subject.candidate.engine.threads", "subject.candidate.load_seconds",
      "subject.candidate.peak_memory_bytes", "subject.environment_class", "subject.host.chip",
      "subject.host.memory_bytes", "objectives", "objectives[0].metric", "objectives[0].state",
      "objectives[0].min_effect", "objectives[0].effect.kind", "guardrails", "guardrails[1].margin", "facts",
      "facts[1].side", "facts[0].means", "facts[0].means[1].count", "refusals", "gaps", "gaps[0].code",
    ])
  func missing(path: String) throws {
    let document = try Example.gaps.verdict().json
    let steps = path.split(separator: ".").flatMap { $0.split(whereSeparator: "[]".contains).map(String.init) }
    let problem = RecordedVerdict.Problem(path: path)
    #expect(throws: problem) { try RecordedVerdict(document.removing(steps)) }
    #expect(problem.description.contains("\"\(path)\""))
  }

  @Test("What earlier versions did not write is nil or empty")
  func absent() throws {
    var document = try Example.pooled.verdict().json
    for path in [
      "maturity.counted_sessions", "maturity.missing_environment_classes", "challenge", "subject.role",
      "subject.highest_load_average", "objectives[0].standing",
    ] {
      document = document.removing(
        path.split(separator: ".").flatMap { $0.split(whereSeparator: "[]".contains).map(String.init) })
    }
    let recorded = try RecordedVerdict(document)
    #expect(recorded.basis == nil && recorded.missingEnvironments.isEmpty)
    #expect(recorded.subject.role == nil && recorded.subject.highestLoadAverage == nil)
    #expect(recorded.rules.first?.standing == nil)
  }
}

/// The figures of an effect that a document keeps.
private struct RecordedFigures: Equatable {
  let kind: Effect.Kind
  let value: Double?
  let hasInterval: Bool
  var lower: Double?
  var upper: Double?

  init(_ effect: RecordedEffect) {
    kind = effect.kind
    value = effect.value
    hasInterval = effect.hasInterval
    lower = effect.lower
    upper = effect.upper
  }

  init(_ effect: Effect) {
    switch effect {
    case .limit(let effect): self.init(.limitedFigure, effect.value, effect.interval)
    case .ratio(let effect): self.init(.betterRatio, effect.ratio, effect.interval)
    case .accuracy(let effect): self.init(.shareDifference, effect.difference, effect.interval)
    case .flips(let flips): self.init(.flippedShare, flips.share, flips.interval)
    case .text(let effect): self.init(.natsDifference, effect.difference, effect.interval)
    case .score(let effect): self.init(.shareDifference, effect.difference, effect.interval)
    case .correlation(let effect): self.init(.correlationDifference, effect.difference, effect.interval)
    case .peakMemory(let memory): self.init(.candidateToResidentRatio, memory.ratio, nil)
    case .degradedRounds(let rounds): self.init(.firstDegradedRound, rounds.ratio, rounds.interval)
    }
  }

  private init(_ kind: Effect.Kind, _ value: Double, _ interval: ConfidenceInterval?) {
    self.kind = kind
    self.value = value
    hasInterval = interval != nil
    lower = interval.flatMap { $0.lower.isFinite ? $0.lower : nil }
    upper = interval.flatMap { $0.upper.isFinite ? $0.upper : nil }
  }
}

extension VerdictSubject {
  /// As a document has it, which does not say how the weights are known.
  fileprivate var withoutProof: VerdictSubject {
    func contender(_ side: Contender) -> Contender {
      Contender(
        model: side.model, weights: side.weights, proof: nil, engine: side.engine, load: side.load,
        peakMemoryBytes: side.peakMemoryBytes)
    }
    return VerdictSubject(
      session: session, role: role, envelopeID: envelopeID, envelopeVersion: envelopeVersion,
      envelopeHash: envelopeHash, resident: contender(resident), candidate: contender(candidate),
      environment: environment, highestLoadAverage: highestLoadAverage, host: host)
  }
}

extension JSONValue {
  /// Without the member that the last step names; steps are names, and indexes of arrays.
  fileprivate func removing(_ steps: [String]) -> JSONValue {
    let (first, rest) = (steps[0], Array(steps.dropFirst()))
    switch self {
    case .object(var object):
      object[first] = rest.isEmpty ? nil : object[first]?.removing(rest)
      return .object(object)
    case .array(var array):
      guard let index = Int(first), array.indices.contains(index) else { return self }
      array[index] = array[index].removing(rest)
      return .array(array)
    default: return self
    }
  }
}
