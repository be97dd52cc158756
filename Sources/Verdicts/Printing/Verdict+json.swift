import JSON
import Measurements

extension Verdict {
  /// The verdict for programs: the same members in the same order every time, units in their names, absent values null.
  ///
  /// Ratios are 1 for no difference and above 1 for a better candidate, shares and their differences are of 1. An
  /// infinite end of an interval is null.
  public var json: JSONValue {
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
      "confidence": .number(confidence),
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
    [
      "model": .string(model.rawValue),
      "weights_sha256": .init(weights?.rawValue),
      "engine": [
        "name": .string(engine.name), "version": .string(engine.version),
        "instruction_set": .string(engine.instructionSet), "threads": .integer(engine.threads),
      ],
      "load_seconds": .init(loadSeconds),
      "readiness_seconds": .init(readinessSeconds),
      "peak_memory_bytes": .integer(Int(peakMemoryBytes)),
    ]
  }
}
