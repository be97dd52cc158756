/// The members of a verdict's JSON that may leave, at whatever depth.
enum VerdictMembers {
  /// Texts for people: only the program's own words of them are published.
  static let messages: Set<String> = ["message", "reason"]

  /// The names of a processor and a system.
  static let titles: Set<String> = ["chip", "os"]

  static let all: Set<String> = messages.union(titles).union([
    "architecture", "block", "blocks", "budget_bytes", "cached_tokens", "candidate", "candidate_bytes",
    "candidate_mean", "candidate_round", "candidate_share", "cell", "challenge", "code", "concurrency", "confidence",
    "count", "counted_sessions", "decode_tokens", "difference", "earlier_sessions", "effect", "engine", "envelope",
    "environment_class", "facts", "failures", "fingerprint", "first_degraded_round", "first_token_ms",
    "fixed_sample_interval", "flipped", "flips", "gaps", "guardrails", "highest_load_average", "host", "id",
    "instruction_set", "interval", "items", "kind", "load_seconds", "loop", "lower", "margin", "maturity", "mcnemar_p",
    "means", "memory_bytes", "metric", "min_effect", "missing_environment_classes", "model", "name",
    "needed_comparisons", "number", "objective_alpha", "objectives", "outcome", "peak_memory_bytes", "physical_cores",
    "planned", "prompt_tokens", "ratio", "readiness_seconds", "refusals", "regime", "resident", "resident_bytes",
    "resident_mean", "resident_round", "resident_share", "right_to_wrong", "role", "round", "rounds", "schema",
    "session", "sha256", "share", "side", "stage", "standing", "state", "stopped_for", "subject", "successes",
    "threads", "tokens", "unit", "unscored", "upper", "used", "validated_comparisons", "value", "version", "void",
    "voids", "weights_sha256", "wrong_to_other_wrong", "wrong_to_right",
  ])
}
