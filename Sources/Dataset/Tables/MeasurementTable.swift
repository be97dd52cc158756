import Measurements

/// One figure of one measurement, with its context.
///
/// The names from `schema_version` to `tags` are those that other public datasets of this kind use.
enum MeasurementColumn: String, TableColumn {
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
  case run
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

  var source: ColumnSource {
    switch self {
    case .metric, .value, .unit: .figure
    case .timestamp, .concurrency, .name, .duration, .prefillRate, .decodeRate, .cumulativeRate, .firstTokenLatency,
      .peakMemory, .promptTokens, .decodeTokens, .cachedTokens, .cell, .block, .repetition, .item, .round, .failures,
      .status, .message, .voidReason, .loadAverage:
      .sample
    default: .run
    }
  }

  var definition: ColumnDefinition {
    switch self {
    case .schemaVersion: .always(.integer, "version of the tables")
    case .timestamp: .always(.text, "start of the measurement, UTC")
    case .gitRevision: .always(.text, "revision of the program that exported")
    case .trigger: .always(.text, "what started the export")
    case .suite: .always(.text, "envelope id")
    case .model: .always(.text, "model id")
    case .modelRevision: .optional(.text, "SHA-256 over the files that were loaded; null where unverified")
    case .quantization: .optional(.text, "storage format of most weights")
    case .operatingSystem: .always(.text, "operating system and version")
    case .chip: .always(.text, "processor")
    case .memory: .always(.number, "main memory in GiB")
    case .environment: .always(.text, "isolated or under-load")
    case .concurrency: .optional(.integer, "requests at once")
    case .seed: .optional(.integer, "of the sampling")
    case .name: .always(.text, "cell, or cold-start")
    case .metric: .optional(.text, "what was measured; null where nothing was")
    case .value: .optional(.number, "in the unit of the row")
    case .unit: .optional(.text, "of the value")
    case .duration: .optional(.number, "wall-clock seconds of the request")
    case .prefillRate: .optional(.number, "processed prompt tokens ÷ seconds to the first token")
    case .decodeRate: .optional(.number, "tokens after the first ÷ seconds after the first")
    case .cumulativeRate: .optional(.number, "(prompt + decoded tokens) ÷ seconds to the last token")
    case .firstTokenLatency: .optional(.number, "milliseconds to the first token")
    case .peakMemory:
      .optional(.number, "most memory of the worker process so far, in MiB; the physical footprint on macOS")
    case .tags: .always(.texts, "name=value pairs")
    case .promptTokens: .optional(.integer, "tokens of the prompt")
    case .decodeTokens: .optional(.integer, "tokens that were generated")
    case .cachedTokens: .optional(.integer, "prompt tokens that were in the cache already")
    case .cell: .optional(.text, "workload point of the envelope")
    case .block: .optional(.integer, "of the interleaved plan, from 0")
    case .repetition: .always(.integer, "within the block, from 0")
    case .item: .optional(.text, "question of an accuracy task")
    case .round: .optional(.integer, "turn of a tool loop, from 1")
    case .failures:
      .optional(.texts, "what was wrong with the turn of a live loop, by the names of the failure taxonomy")
    case .side: .optional(.text, "resident or candidate; null outside a comparison")
    case .session: .always(.text, "UUID of the session")
    case .run: .always(.integer, "run of the session, from 0")
    case .status: .always(.text, "only success is scored")
    case .message: .optional(.text, "why there is no figure, in words of the program")
    case .voidReason: .optional(.text, "why the block is not scored, in words of the program; null where it is")
    case .provenance: .always(.text, "how the weights are known: hashed, process, fingerprint or unverified")
    case .envelopeHash: .always(.text, "SHA-256 of the envelope")
    case .engine: .always(.text, "engine that measured")
    case .engineVersion: .always(.text, "its version")
    case .instructionSet: .always(.text, "of its kernels")
    case .threads: .always(.integer, "that it computed with")
    case .architecture: .always(.text, "of the processor")
    case .physicalCores: .always(.integer, "of the host")
    case .loadAverage: .optional(.number, "runnable threads in the minute before")
    case .hostFingerprint: .always(.text, "SHA-256 over the host's description")
    }
  }
}

extension LineWriter {
  /// The columns that only `measurements` has, except the figure.
  mutating func measured(_ sample: Sample, at time: UTCTime, concurrency: Int?, void reason: String?) {
    let times = sample.times
    text(MeasurementColumn.timestamp, time.text)
    integer(MeasurementColumn.concurrency, concurrency)
    text(MeasurementColumn.name, sample.place.cell.rawValue)
    number(MeasurementColumn.duration, Double(sample.elapsedNanoseconds) * 1e-9)
    number(MeasurementColumn.prefillRate, times?.prefillTokensPerSecond)
    number(MeasurementColumn.decodeRate, times?.decodeTokensPerSecond)
    number(MeasurementColumn.cumulativeRate, times?.cumulativeTokensPerSecond)
    number(MeasurementColumn.firstTokenLatency, times?.firstTokenSeconds.map { $0 * 1000 })
    number(MeasurementColumn.peakMemory, Double(sample.peakMemoryBytes) / 1_048_576)
    integer(MeasurementColumn.decodeTokens, sample.completionTokens)
    text(MeasurementColumn.voidReason, reason)
  }

  /// The columns of a run's cold start, except the figure: it is no sample, so most are null.
  mutating func coldStart(at time: UTCTime, repetition: Int) {
    for column in MeasurementColumn.allCases where column.source == .sample {
      switch column {
      case .timestamp: text(column, time.text)
      case .name: text(column, "cold-start")
      case .repetition: integer(column, repetition)
      case .status: text(column, CellStatus.success.rawValue)
      default: text(column, nil)
      }
    }
  }

  /// The metric, its value and its unit.
  mutating func figure(_ figure: PublishedFigure) {
    text(MeasurementColumn.metric, figure.metric?.rawValue)
    number(MeasurementColumn.value, figure.value)
    text(MeasurementColumn.unit, figure.metric?.unit)
  }
}

/// A number that a sample or a load yields: a row of `measurements`.
struct PublishedFigure {
  /// Nil for a failure, which has a row without a figure, so that it can't be overlooked.
  var metric: Metric?
  /// In the metric's unit.
  var value: Double?
}

extension Sample {
  /// The sample's figures in the order of `Metric`.
  var publishedFigures: [PublishedFigure] {
    guard status == .success else { return [PublishedFigure()] }
    return Metric.allCases.compactMap { metric in
      value(of: metric).map { PublishedFigure(metric: metric, value: $0) }
    }
  }

  /// Tokens that were generated; none of a text, which is scored.
  fileprivate var completionTokens: Int? {
    switch outcome {
    case .throughput(let reading): reading.decodeTokens
    case .turn(let turn): turn.times.decodeTokens
    case .answer(let answer): answer.completionTokens
    case .text, .similarity: 0
    case .unscored: nil
    }
  }
}

extension LoadReading {
  /// The figures of a cold start.
  var publishedFigures: [PublishedFigure] {
    [Metric.loadTime, .readinessTime].map { PublishedFigure(metric: $0, value: value(of: $0)) }
  }
}
