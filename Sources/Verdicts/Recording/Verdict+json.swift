import JSON
import Measurements

extension Verdict {
  /// The verdict for programs: the same members in the same order every time, units in their names, absent values null.
  ///
  /// Ratios are 1 for no difference and above 1 for a better candidate, shares and their differences are of 1. An
  /// infinite end of an interval is null.
  public var json: JSONValue {
    guard let loadMargin, var object = members.object else { return members }
    object["load_margin"] = ["relative": .number(loadMargin), "reason": .string(LoadMargin.text(loadMargin))]
    return .object(object)
  }

  /// All but what only verdicts about attached servers have.
  private var members: JSONValue {
    [
      "schema": 1,
      "outcome": .string(outcome.rawValue),
      "reason": .string(reason),
      "maturity": [
        "stage": .string(maturity.stage.rawValue),
        "validated_comparisons": .integer(maturity.validated),
        "counted_sessions": .array(maturity.countedSessions.map { .string($0) }),
        "needed_comparisons": .integer(maturity.needed),
        "missing_environment_classes": .array(maturity.missingEnvironments.map { .string($0) }),
      ],
      "subject": subject.json,
      "confidence": .number(1 - guardrailLevel.alpha),
      "stopped_for": .init(stop?.rawValue),
      "challenge": [
        "number": .integer(challenge.number), "objective_alpha": .number(challenge.level),
        "earlier_sessions": .array(challenge.earlierSessions.map { .string($0) }),
      ],
      "objectives": .array(objectives.map(\.json)),
      "guardrails": .array(guardrails.map(\.json)),
      "facts": .array(facts.map(\.json)),
      "blocks": .array(
        blocks.map {
          [
            "cell": .string($0.cell.rawValue), "planned": .integer($0.planned), "used": .integer($0.used),
            "void": .integer($0.void),
          ]
        }),
      "voids": .array(
        voids.map {
          ["cell": .string($0.cell.rawValue), "block": .integer($0.block), "reason": .string($0.reason)]
        }),
      "gaps": .array(gaps.map(\.json)),
      "refusals": .array(
        refusals.map { ["code": .string($0.code), "message": .string($0.description)] }),
    ]
  }
}

extension VerdictSubject {
  fileprivate var json: JSONValue {
    [
      "session": .string(session),
      "role": .init(role?.rawValue),
      "envelope": [
        "id": .string(envelopeID), "version": .integer(envelopeVersion), "sha256": .string(envelopeHash.rawValue),
      ],
      "resident": resident.json,
      "candidate": candidate.json,
      "environment_class": .string(environment.rawValue),
      "highest_load_average": .init(highestLoadAverage),
      "host": [
        "fingerprint": .string(host.fingerprint), "os": .string(host.operatingSystem),
        "architecture": .string(host.architecture), "chip": .string(host.chip),
        "physical_cores": .integer(host.physicalCores), "memory_bytes": .integer(Int(host.memoryBytes)),
      ],
    ]
  }
}

extension VerdictSubject.Contender {
  fileprivate var json: JSONValue {
    var object = JSONObject([
      ("model", .string(model.rawValue)),
      ("weights_sha256", .init(weights?.rawValue)),
      (
        "engine",
        [
          "name": .string(engine.name), "version": .string(engine.version),
          "instruction_set": .string(engine.instructionSet), "threads": .integer(engine.threads),
        ]
      ),
      ("load_seconds", .init(load.loadSeconds)),
      ("readiness_seconds", .init(load.readinessSeconds)),
      ("peak_memory_bytes", .integer(Int(peakMemoryBytes))),
    ])
    if hasOverriddenWorker { object["command"] = .string(Self.overridden) }
    if hasAttachedServer { object["server"] = .string(Self.attached) }
    return .object(object)
  }

  /// The command of a worker that the environment named.
  static let overridden = "overridden"
  /// The server that was not restarted.
  static let attached = "attached"
}

extension ObjectiveResult {
  var json: JSONValue {
    var object = JSONObject([("metric", .string(metric.rawValue)), ("cell", .init(cell?.rawValue))])
    if cells.count > 1 {
      object["cells"] = .array(cells.map { ["cell": .string($0.cell.rawValue), "weight": .number($0.weight)] })
    }
    object["state"] = .string(state.rawValue)
    object["standing"] = .init(standing?.rawValue)
    object["min_effect"] = .number(minimumEffect)
    object["effect"] = effect?.json ?? .null
    object["gaps"] = .array(gaps.map { .string($0.code) })
    return .object(object)
  }
}

extension GuardrailResult {
  var json: JSONValue {
    [
      "metric": .string(metric.rawValue), "cell": .init(cell?.rawValue), "state": .string(state.rawValue),
      "margin": .number(margin), "budget_bytes": budgetBytes.map { .integer(Int($0)) } ?? .null,
      "effect": effect?.json ?? .null, "gaps": .array(gaps.map { .string($0.code) }),
    ]
  }
}

extension CellFacts {
  var json: JSONValue {
    [
      "cell": .string(cell.rawValue),
      "side": .string(side.rawValue),
      "regime": regime.map {
        [
          "prompt_tokens": .integer($0.promptTokens), "decode_tokens": .integer($0.decodeTokens),
          "cached_tokens": .integer($0.cachedTokens), "concurrency": .integer($0.concurrency),
        ]
      } ?? .null,
      "successes": .integer(successes),
      "unscored": .integer(unscored),
      "means": .array(
        figures.map {
          [
            "metric": .string($0.metric.rawValue), "value": .init($0.value), "unit": .string($0.metric.unit),
            "count": .integer($0.count),
          ]
        }),
      "loop": loop?.json ?? .null,
    ]
  }
}

extension Gap {
  var json: JSONValue {
    var object = JSONObject([
      ("code", .string(code)), ("cell", .init(cell?.rawValue)), ("message", .string(description)),
    ])
    if case .unpaired(_, let residentOnly, let candidateOnly, let neither) = self {
      object["resident_only_items"] = .array(residentOnly.map { .string($0) })
      object["candidate_only_items"] = .array(candidateOnly.map { .string($0) })
      object["unanswered_items"] = .array(neither.map { .string($0) })
    }
    return .object(object)
  }
}

extension LoopFacts {
  /// The loop for programs, a member for each round.
  public var json: JSONValue {
    [
      "regime": .string(regime),
      "first_degraded_round": firstDegradedRound.map { .integer($0) } ?? .null,
      "first_degraded_round_interval": degradedInterval?.ends ?? .null,
      "failures": .object(JSONObject(failures.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) })),
      "rounds": .array(
        rounds.map { round in
          [
            "round": .integer(round.number), "prompt_tokens": .integer(round.promptTokens),
            "cached_tokens": .integer(round.cachedTokens),
            "first_token_ms": .init(round.firstTokenMilliseconds),
            "failures": .array(round.failures.map { .string($0) }),
          ]
        }),
    ]
  }
}
