/// The columns of `data/`: one row a measurement, with the context repeated so that a reader needs no join.
///
/// The names from `schema_version` to `tags` are those that other public datasets of this kind use. With the other
/// columns of this folder they are the list of all that may leave the machine; nothing else can be written.
public enum MeasurementColumn: String, Sendable, CaseIterable {
  case schemaVersion = "schema_version"
  case timestamp
  case gitRevision = "git_sha"
  case trigger
  case suite
  case model
  case modelRevision = "model_revision"
  case quantization
  case operatingSystem = "os"
  case chip
  case memory = "memory_gb"
  case environment = "env_class"
  case concurrency
  case seed
  case name
  case metric
  case value
  case unit
  case duration = "duration_seconds"
  case prefillRate = "prompt_tokens_per_second"
  case decodeRate = "decode_tokens_per_second"
  case cumulativeRate = "total_tokens_per_second"
  case firstTokenLatency = "first_token_latency_ms"
  case peakMemory = "peak_rss_mb"
  case tags
  case promptTokens = "prompt_tokens"
  case decodeTokens = "decode_tokens"
  case cachedTokens = "cached_tokens"
  case cell
  case block
  case repetition
  case item
  case round
  case failures
  case side
  case session
  case status
  case message
  case voidReason = "void_reason"
  case provenance
  case envelopeHash = "envelope_hash"
  case engine
  case engineVersion = "engine_version"
  case instructionSet = "instruction_set"
  case threads
  case architecture
  case physicalCores = "physical_cores"
  case loadAverage = "load_average"
  case hostFingerprint = "host_fingerprint"

  /// What a value means, for the dataset's card.
  public var summary: String {
    switch self {
    case .schemaVersion: "version of these columns"
    case .timestamp: "start of the measurement, UTC"
    case .gitRevision: "revision of the program that exported first"
    case .trigger: "what started the export"
    case .suite: "envelope id"
    case .model: "model id"
    case .modelRevision: "SHA-256 over the files that were loaded; null where unverified"
    case .quantization: "storage format of most weights"
    case .operatingSystem: "operating system and version"
    case .chip: "processor"
    case .memory: "main memory in GiB"
    case .environment: "isolated or under-load"
    case .concurrency: "requests at once"
    case .seed: "of the sampling"
    case .name: "cell, or cold-start"
    case .metric: "what was measured; null where nothing was"
    case .value: "in the unit of the row"
    case .unit: "of the value"
    case .duration: "wall-clock seconds of the request"
    case .prefillRate: "processed prompt tokens ÷ seconds to the first token"
    case .decodeRate: "tokens after the first ÷ seconds after the first"
    case .cumulativeRate: "(prompt + decoded tokens) ÷ seconds to the last token"
    case .firstTokenLatency: "milliseconds to the first token"
    case .peakMemory: "most memory of the worker process so far, in MiB; the physical footprint on macOS"
    case .tags: "name=value pairs"
    case .promptTokens: "tokens of the prompt"
    case .decodeTokens: "tokens that were generated"
    case .cachedTokens: "prompt tokens that were in the cache already"
    case .cell: "workload point of the envelope"
    case .block: "of the interleaved plan, from 0"
    case .repetition: "within the block, from 0"
    case .item: "question of an accuracy task"
    case .round: "turn of a tool loop, from 1"
    case .failures: "what was wrong with the turn of a live loop, by the names of the failure taxonomy"
    case .side: "resident or candidate; null outside a comparison"
    case .session: "UUID of the session"
    case .status: "only success is scored"
    case .message: "why there is no figure, shortened"
    case .voidReason: "why the block is not scored; null where it is"
    case .provenance: "how the weights are known: hashed, process, fingerprint or unverified"
    case .envelopeHash: "SHA-256 of the envelope"
    case .engine: "engine that measured"
    case .engineVersion: "its version"
    case .instructionSet: "of its kernels"
    case .threads: "that it computed with"
    case .architecture: "of the processor"
    case .physicalCores: "of the host"
    case .loadAverage: "runnable threads in the minute before"
    case .hostFingerprint: "SHA-256 over the host's description"
    }
  }
}
