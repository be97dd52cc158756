import ToolCalls

/// The members of a worker's description of its model that may leave the machine. Engines may describe more.
enum ModelDescription {
  static let publicMembers: Set<String> = [
    "active_parameters", "architecture", "attention_heads", "bits_per_weight", "bytes", "bytes_read_per_token",
    "context_length", "experts", "head_dimension", "hidden_size", "key_value_heads", "kv_bytes_per_token", "lane",
    "layers", "manifest", "parameters", "prediction", "quantization", "storage", "vocabulary",
  ]
}

/// The members of a verdict's JSON that may leave the machine, at any depth.
enum VerdictMembers {
  /// Sentences of the program, reduced by their form. The verdict's own reason is composed anew from its other members.
  static let messages: Set<String> = ["message", "reason"]

  /// What the program computed: hashes and UUIDs.
  static let computed: Set<String> = [
    "counted_sessions", "earlier_sessions", "fingerprint", "session", "sha256", "weights_sha256",
  ]

  /// The names of items, and rounds of a tool loop in words.
  static let items: Set<String> = ["candidate_only_items", "resident_only_items", "unanswered_items"]

  /// The names of a processor and a system.
  static let titles: Set<String> = ["chip", "os"]

  /// Whether a member may leave, within the member that has that name. Failures of turns are counted by their names.
  static func isPublic(_ name: String, within member: String) -> Bool {
    all.contains(name) || (member == "failures" && CallFailure(rawValue: name) != nil)
  }

  private static let all: Set<String> = messages.union(titles).union(items).union([
    "architecture", "better_items", "block", "blocks", "budget_bytes", "cached_tokens", "candidate", "candidate_bytes",
    "candidate_mean", "candidate_mean_interval", "candidate_rho", "candidate_round", "candidate_share",
    "candidate_value", "cell", "cells", "challenge", "code", "command", "concurrency", "confidence", "count",
    "counted_sessions", "decode_tokens", "difference",
    "earlier_sessions", "effect", "engine", "envelope", "environment_class", "facts", "failures", "fingerprint",
    "first_degraded_round", "first_degraded_round_interval", "first_token_ms", "fixed_sample_interval", "flipped",
    "flips", "gaps", "guardrails", "highest_load_average", "host", "id", "instruction_set", "interval", "items",
    "kind", "load_margin", "load_seconds", "loop", "lower", "margin", "maturity", "mcnemar_p", "mean", "means",
    "memory_bytes", "metric", "min_effect", "missing_environment_classes", "model", "name", "needed_comparisons",
    "number", "objective_alpha", "objectives", "outcome", "peak_memory_bytes", "physical_cores", "planned",
    "prompt_tokens", "ratio", "readiness_seconds", "refusals", "regime", "relative", "requests", "resident",
    "resident_bytes", "resident_mean", "resident_mean_interval", "resident_rho", "resident_round", "resident_share",
    "resident_value", "right_to_wrong", "role", "round", "rounds", "schema", "server", "session", "sha256", "share",
    "side", "stage", "standing", "state", "stopped_for",
    "subject", "successes", "threads", "tokens", "unit", "unscored", "upper", "used", "validated_comparisons",
    "value", "version", "void", "voids", "weight", "weights_sha256", "worse_items", "wrong_to_other_wrong",
    "wrong_to_right",
  ])
}
