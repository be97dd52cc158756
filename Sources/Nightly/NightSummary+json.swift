import JSON

extension NightSummary {
  /// The whole summary, for programs.
  public var json: JSONValue {
    [
      "night": .string(plan.id), "started_at": .number(startedAt), "minutes": .number(minutes),
      "budget_minutes": .number(plan.budget.minutes), "was_interrupted": .bool(wasInterrupted),
      "exit_code": .integer(Int(exitCode)), "results": .array(results.map(\.json)),
      "left_out": NightSchedule(tasks: [], leftOut: leftOut).json["left_out"] ?? .array([]),
      "standings": .array(progress.map(\.json)), "exported": .array(exported.map { .string($0) }),
      "problems": .array(problems.map { .string($0) }),
    ]
  }
}

extension NightResult {
  fileprivate var json: JSONValue {
    [
      "task": task.json, "state": .string(state.rawValue),
      "session": session.map { .integer(Int($0.rawValue)) } ?? .null, "minutes": .number(minutes),
      "detail": .string(detail), "verdict": verdict?.json ?? .null,
      "promotion": promotion.map { .string($0.action.rawValue) } ?? .null, "sentinel": sentinel?.json ?? .null,
      "incidents": .array(incidents.map { .string($0) }),
    ]
  }
}

extension CandidateProgress {
  fileprivate var json: JSONValue {
    [
      "candidate": .string(candidate.rawValue), "role": .string(role.rawValue), "resident": .string(resident.rawValue),
      "envelope": .string(envelopeID), "state": .string(stateName), "outcome": outcome.map { .string($0) } ?? .null,
      "validated": .integer(validated), "needed": .integer(needed),
      "missing_environments": .array(missingEnvironments.map { .string($0.rawValue) }),
      "due_at": dueAt.map { .number($0) } ?? .null, "is_open": .bool(isOpen),
      "tier": tier.map { .string($0.name) } ?? .null,
    ]
  }

  private var stateName: String {
    switch state {
    case .unscreened: "unscreened"
    case .screened: "screened"
    case .interrupted: "interrupted"
    case .open: "open"
    case .final: "final"
    case .rejected: "rejected"
    case .parked: "parked"
    case .missing: "missing"
    case .resident: "resident"
    }
  }
}

extension NightSchedule {
  /// The schedule, for programs.
  public var json: JSONValue {
    [
      "tasks": .array(tasks.map(\.json)), "expected_minutes": .number(minutes),
      "left_out": .array(
        leftOut.map { left in
          guard var object = left.task.json.object else { return left.task.json }
          object["left_out_because"] = .string(left.reason)
          return .object(object)
        }),
    ]
  }
}

extension NightTask {
  fileprivate var json: JSONValue {
    [
      "kind": .string(kind.rawValue), "role": .string(role.rawValue), "resident": .string(resident.rawValue),
      "candidate": .string(candidate.rawValue), "envelope": .string(envelopeID),
      "environment": .string(environment.rawValue), "resumes": .bool(resumes), "expected_minutes": .number(minutes),
      "is_guess": .bool(isGuess), "reason": .string(reason), "forecast": forecast?.json ?? .null,
    ]
  }
}

extension RoundForecast {
  fileprivate var json: JSONValue {
    [
      "expected_effect": .number(expectedEffect), "log_ratio_sd": .number(deviation), "rounds_limit": .integer(limit),
      "rounds": rounds.map { .integer($0) } ?? .null,
    ]
  }
}
