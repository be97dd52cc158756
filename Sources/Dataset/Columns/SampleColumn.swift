/// Where a column's value comes from.
enum ColumnSource: Sendable {
  /// The run: alike in all rows of one.
  case run
  case sample
  /// One of the sample's figures.
  case figure
}

enum SampleColumn: String, TableColumn {
  case session
  case run
  case side
  case model
  case modelRevision = "model_revision"
  case provenance
  case envelopeHash = "envelope_hash"
  case environment = "env_class"
  case engine
  case engineVersion = "engine_version"
  case instructionSet = "instruction_set"
  case threads
  case hostFingerprint = "host_fingerprint"
  case cell
  case block
  case repetition
  case item
  case round
  case startedAt = "started_at"
  case elapsed = "elapsed_ns"
  case peakMemory = "peak_memory_bytes"
  case loadAverage = "load_average"
  case status
  case message
  case promptTokens = "prompt_tokens"
  case cachedTokens = "cached_tokens"
  case sequences
  case tokens = "token_ns"
  case answer
  case isCorrect = "is_correct"
  case optionScores = "option_scores"
  case completionTokens = "completion_tokens"
  case parser
  case failures
  case isAnswered = "is_answered"
  case text = "text_hash"

  var source: ColumnSource {
    switch self {
    case .session, .run, .side, .model, .modelRevision, .provenance, .envelopeHash, .environment, .engine,
      .engineVersion, .instructionSet, .threads, .hostFingerprint:
      .run
    default: .sample
    }
  }

  var definition: ColumnDefinition {
    switch self {
    case .session: .always(.text, "UUID of the session")
    case .run: .always(.integer, "run of the session, from 0")
    case .side: .optional(.text, "resident or candidate; null outside a comparison")
    case .model: .always(.text, "model id")
    case .modelRevision: .optional(.text, "SHA-256 over the files that were loaded; null where unverified")
    case .provenance: .always(.text, "how the weights are known: hashed, process, fingerprint or unverified")
    case .envelopeHash: .always(.text, "SHA-256 of the envelope")
    case .environment: .always(.text, "isolated or under-load")
    case .engine: .always(.text, "engine that measured")
    case .engineVersion: .always(.text, "its version")
    case .instructionSet: .always(.text, "of its kernels")
    case .threads: .always(.integer, "that it computed with")
    case .hostFingerprint: .always(.text, "SHA-256 over the host's description")
    case .cell: .always(.text, "workload point of the envelope")
    case .block: .always(.integer, "of the interleaved plan, from 0")
    case .repetition: .always(.integer, "within the block, from 0")
    case .item: .optional(.text, "question of an accuracy task")
    case .round: .optional(.integer, "turn of a tool loop, from 1")
    case .startedAt: .always(.number, "seconds since 1970, by the wall clock")
    case .elapsed: .always(.integer, "nanoseconds of the request, by the monotonic clock")
    case .peakMemory: .always(.integer, "most memory of the worker process so far, in bytes")
    case .loadAverage: .always(.number, "runnable threads in the minute before")
    case .status: .always(.text, "only success is scored")
    case .message: .optional(.text, "why there is no figure, in words of the program")
    case .promptTokens: .optional(.integer, "tokens of the prompt")
    case .cachedTokens: .optional(.integer, "prompt tokens that were in the cache already")
    case .sequences: .optional(.integer, "sequences at once that the times are of")
    case .tokens: .optional(.integers, "nanoseconds from the request to each decoded token")
    case .answer: .optional(.text, "option's number, or the hash of a text")
    case .isCorrect: .optional(.boolean, "whether the answer is right")
    case .optionScores: .optional(.numbers, "mean log-probability a token of each option, or nats of each token")
    case .completionTokens: .optional(.integer, "tokens that were generated for an answer")
    case .parser: .optional(.text, "parser that read the turn's calls; null in a replay")
    case .failures: .optional(.texts, "what was wrong with the turn, by the names of the failure taxonomy")
    case .isAnswered: .optional(.boolean, "whether the turn had a call or text")
    case .text: .optional(.text, "hash of what the model wrote")
    }
  }
}
