import ToolCalls

/// The members of a worker's description of its model that may leave the machine. Engines may describe more.
enum ModelDescription {
  static let publicMembers: Set<String> = [
    "architecture", "attention_heads", "bits_per_weight", "bytes", "context_length", "head_dimension", "hidden_size",
    "key_value_heads", "kv_bytes_per_token", "lane", "layers", "manifest", "parameters", "quantization", "storage",
    "vocabulary",
  ]
}

/// The members of a verdict's JSON that may leave the machine, at any depth.
enum VerdictMembers {
  /// Texts for people, of which only the program's own words are published.
  static let messages: Set<String> = ["message", "reason"]

  /// The names of items, and rounds of a tool loop in words.
  static let items: Set<String> = ["candidate_only_items", "resident_only_items", "unanswered_items"]

  /// The names of a processor and a system.
  static let titles: Set<String> = ["chip", "os"]

  /// Whether a member may leave, within the member that has that name. Failures of turns are counted by their names.
  static func isPublic(_ name: String, within member: String) -> Bool {
    all.contains(name) || (member == "failures" && CallFailure(rawValue: name) != nil)
  }

  private static let all: Set<String> = messages.union(titles).union(items).union([
    "architecture", "block", "blocks", "budget_bytes", "cached_tokens", "candidate", "candidate_bytes",
    "candidate_mean", "candidate_mean_interval", "candidate_round", "candidate_share", "cell", "cells", "challenge",
    "code", "command", "concurrency", "confidence", "count", "counted_sessions", "decode_tokens", "difference",
    "earlier_sessions", "effect", "engine", "envelope", "environment_class", "facts", "failures", "fingerprint",
    "first_degraded_round", "first_degraded_round_interval", "first_token_ms", "fixed_sample_interval", "flipped",
    "flips", "gaps", "guardrails", "highest_load_average", "host", "id", "instruction_set", "interval", "items",
    "kind", "load_margin", "load_seconds", "loop", "lower", "margin", "maturity", "mcnemar_p", "mean", "means",
    "memory_bytes", "metric", "min_effect", "missing_environment_classes", "model", "name", "needed_comparisons",
    "number", "objective_alpha", "objectives", "outcome", "peak_memory_bytes", "physical_cores", "planned",
    "prompt_tokens", "ratio", "readiness_seconds", "refusals", "regime", "relative", "resident", "resident_bytes",
    "resident_mean", "resident_mean_interval", "resident_round", "resident_share", "right_to_wrong", "role", "round",
    "rounds", "schema", "server", "session", "sha256", "share", "side", "stage", "standing", "state", "stopped_for",
    "subject", "successes", "threads", "tokens", "unit", "unscored", "upper", "used", "validated_comparisons",
    "value", "version", "void", "voids", "weight", "weights_sha256", "wrong_to_other_wrong", "wrong_to_right",
  ])
}

/// The words of the program's own messages. A published message has no other words, beside numbers and public names.
enum ProgramWords {
  static let all: Set<String> = Set(text.split { $0 == " " || $0 == "\n" }.map(String.init))

  private static let text = """
    a aborted about above accuracy actions adds affinity after again alike all allowed allows alone alpha already
    among an and anew announces another answer answered answers anything applicable are array as asked at average
    battery be because become beside better block blocks bounds broken build but by bytes cached called calls came
    candidate candidates cannot capacity cause cell cells challenge changed changes characters chat choose clock
    commands common compare compared comparison complete computed concurrency conditions confidence content could
    counts data decided decode did died differ down during each effects end ended engine envelope equal estimate every
    evidence executable exited expected failed failure fewer file files final finds first fit fixed-sample flips flush
    for free from gated gave gb gib gives got guardrail guardrails had has hashes hold however huge hundred hung
    hypervisor ids impossible in included inconclusive inspect integer inter-token interrupted interval intervals is
    it item items its itself joined kb killed kind known knows lacks lags last leads least leaves less like limit
    limits line lines live load loaded look looked loop machine mains make many max mb mcnemar meanwhile measured
    measuring median memory message messages mib million missing model models more most moved ms name names nats
    nats/token needed needs new nice no none not nothing number object objective objectives of off often on one open
    operation or other others out outside p p95 p99 padding pages parser passed peak per place plan planned positive
    pp prefix processor program promote prompt provisional ran rate read reading reasoning reference refused reject
    repetition repetitions replace replaced replay report request requests resident result reused right role room
    round rounds run running s same sample samples say scored second seconds send separator session set share show
    shown shows side sides signal single slept slices slow slower so something soon source stalls start started status
    stays still stolen stood stopped stored stream string success swap switch system tb tell temperature template
    tensors text than that the their them there these they thinking this those throughput time times title to token
    tokens tokens/s too took tool tools total tries turn turns twice two under unknown unlikely unpaired unresolved
    unsupported unverified up use valid value verdict version void wall was weights were where which while who win
    with within without won worker workers workflow worst would wrong
    """
}
