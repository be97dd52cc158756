/// The first row of a file of `raw/`: a session and its context.
enum SessionColumn: String, CaseIterable {
  case schemaVersion = "schema_version"
  case gitRevision = "git_sha"
  case trigger
  case session
  case state
  /// Seconds since 1970.
  case startedAt = "started_at"
  case suite
  case envelopeHash = "envelope_hash"
  case role
  case resident
  case candidate
  /// Decimal text: it may exceed what readers of JSON numbers keep.
  case orderSeed = "order_seed"
  case environment = "env_class"
  case residentVersion = "resident_version"
  /// Which attempt to unseat the resident it is; null where that was not counted.
  case challenge
  case host
  case runs
  case voids
  case envelope
}

enum HostColumn: String, CaseIterable {
  case fingerprint
  case operatingSystem = "os"
  case architecture
  case chip
  case physicalCores = "physical_cores"
  case memory = "memory_bytes"
}

enum RunColumn: String, CaseIterable {
  case side
  case model
  case weightsHash = "model_revision"
  case weightFiles = "model_files"
  /// Absent for runs from before there were levels: hashed, where there is a hash.
  case proof = "provenance"
  case engine
  case engineVersion = "engine_version"
  case instructionSet = "instruction_set"
  case threads
  case load = "load_seconds"
  case readiness = "readiness_seconds"
  case description
}

enum VoidColumn: String, CaseIterable {
  case cell
  case block
  case reason
}

/// The other rows of a file of `raw/`: one sample each.
enum SampleColumn: String, CaseIterable {
  case side
  case cell
  case block
  case repetition
  case item
  /// The turn of a tool loop, from 1.
  case round
  /// Seconds since 1970.
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
  case detail
  case isAnswered = "is_answered"
  case text
}
