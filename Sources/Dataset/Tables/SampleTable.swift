import JSON
import Measurements
import Store

/// Each repetition as it was measured, without loss.
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
  case sliceTokens = "slice_tokens"
  case sliceTimes = "slice_ns"
  case sliceProcessorTimes = "slice_processor_ns"
  case sliceSwitches = "slice_switches"
  case answer
  case isCorrect = "is_correct"
  case optionScores = "option_scores"
  case completionTokens = "completion_tokens"
  case parser
  case failures
  case isAnswered = "is_answered"
  case text = "text_hash"
  case footprint = "footprint_bytes"
  case swapped = "swapped_bytes"
  case wired = "wired_bytes"
  case hostSwap = "host_swap_bytes"
  case hostPressure = "host_pressure"
  case engineActive = "engine_active_bytes"
  case engineCache = "engine_cache_bytes"
  case engineBuffers = "engine_buffers"

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
    case .round: .optional(.integer, "turn of a tool loop or request of a stream, from 1")
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
    case .sliceTokens:
      .later(.integers, "tokens of each slice, where the request took turns with the other model's; else null")
    case .sliceTimes: .later(.integers, "nanoseconds of each slice")
    case .sliceProcessorTimes: .later(.integers, "nanoseconds of processor time of each slice; null if not reported")
    case .sliceSwitches:
      .later(.integers, "how often each slice lost the processor to another program; null if not reported")
    case .answer: .optional(.text, "option's number, or the hash of a text or name; of scored texts what was scored")
    case .isCorrect: .optional(.boolean, "whether the answer is right")
    case .optionScores:
      .optional(
        .numbers,
        "mean log-probability a token of each option, nats of each token, similarities, or ranks of relevant documents")
    case .completionTokens: .optional(.integer, "tokens that were generated for an answer")
    case .parser: .optional(.text, "parser that read the turn's calls; null in a replay")
    case .failures: .optional(.texts, "what was wrong with the turn, by the names of the failure taxonomy")
    case .isAnswered: .optional(.boolean, "whether the turn had a call or text")
    case .text: .optional(.text, "hash of what the model wrote")
    case .footprint:
      .later(.integer, "bytes that belonged to the worker right after a request of an endurance cell, swapped ones too")
    case .swapped: .later(.integer, "of these, bytes in swap; null where the system does not tell")
    case .wired: .later(.integer, "bytes that the system may not page out; null where it does not tell")
    case .hostSwap: .later(.integer, "bytes of swap that the whole host used")
    case .hostPressure: .later(.number, "the host's memory pressure by the system's own figure")
    case .engineActive: .later(.integer, "bytes that the engine had in use by its own count; null if not reported")
    case .engineCache: .later(.integer, "bytes that the engine kept for later by its own count; null if not reported")
    case .engineBuffers: .later(.integer, "buffers that the engine had by its own count; null if not reported")
    }
  }
}

extension LineWriter {
  /// The columns that `samples` and `measurements` share.
  mutating func shared(_ sample: Sample) {
    let times = sample.times
    text(SampleColumn.cell, sample.place.cell.rawValue)
    integer(SampleColumn.block, sample.place.block)
    integer(SampleColumn.repetition, sample.place.repetition)
    text(SampleColumn.item, sample.place.item)
    integer(SampleColumn.round, sample.place.round)
    number(SampleColumn.loadAverage, sample.loadAverage)
    text(SampleColumn.status, sample.status.rawValue)
    text(SampleColumn.message, sample.message)
    integer(SampleColumn.promptTokens, times?.promptTokens)
    integer(SampleColumn.cachedTokens, times?.cachedTokens)
    texts(SampleColumn.failures.rawValue, sample.turn?.judgement?.failures)
  }

  /// The columns that only `samples` has.
  mutating func raw(_ sample: Sample) {
    let times = sample.times
    let answer = PublishedAnswer(sample)
    let judgement = sample.turn?.judgement
    number(SampleColumn.startedAt, sample.startedAt)
    integer(SampleColumn.elapsed, Int(sample.elapsedNanoseconds))
    integer(SampleColumn.peakMemory, Int(sample.peakMemoryBytes))
    integer(SampleColumn.sequences, times?.sequences)
    integers(SampleColumn.tokens.rawValue, times?.tokenNanoseconds)
    slices(times?.slices ?? [])
    text(SampleColumn.answer, answer?.answer)
    boolean(SampleColumn.isCorrect.rawValue, answer?.isCorrect)
    numbers(SampleColumn.optionScores.rawValue, answer?.scores)
    integer(SampleColumn.completionTokens, answer?.completionTokens)
    text(SampleColumn.parser, judgement?.parser)
    boolean(SampleColumn.isAnswered.rawValue, judgement?.isAnswered)
    text(SampleColumn.text, judgement?.text)
    memory(sample.memory)
  }

}

extension Sample {
  fileprivate var message: String? {
    guard case .unscored(_, let message) = outcome else { return nil }
    return message
  }
}

extension Sample {
  /// - Throws: `malformed`.
  init(_ row: TableRow<SampleColumn>) throws(DatasetError) {
    self.init(
      place: Place(
        cell: try row.identifier(.cell), block: try row.count(.block), repetition: try row.count(.repetition),
        item: try row.optional(.item, \.string), round: try row.optional(.round, \.integer)),
      startedAt: try row.number(.startedAt), elapsedNanoseconds: Int64(try row.count(.elapsed)),
      peakMemoryBytes: Int64(try row.count(.peakMemory)), loadAverage: try row.number(.loadAverage),
      outcome: try Outcome(row), memory: try MemoryReading(row))
    if let problem { throw row.error("\(Self.columns(behind: problem)): the sample \(problem)") }
  }

  /// The columns that a reader of the message has to look at.
  private static func columns(behind problem: String) -> String {
    let columns: [SampleColumn] =
      if problem.contains("count of tokens") {
        [.promptTokens, .cachedTokens, .completionTokens]
      } else if problem.contains("sequences") {
        [.sequences]
      } else if problem.contains("token time") {
        [.tokens]
      } else if problem.contains("slice") {
        [.sliceTokens, .sliceTimes, .sliceProcessorTimes, .sliceSwitches]
      } else if problem.contains("reading of memory") {
        [.footprint, .swapped, .wired, .hostSwap, .hostPressure, .engineActive, .engineCache, .engineBuffers]
      } else if problem.contains("scores") {
        [.optionScores]
      } else {
        [.item, .round]
      }
    return columns.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
  }
}

extension Sample.Outcome {
  fileprivate init(_ row: TableRow<SampleColumn>) throws(DatasetError) {
    let status: CellStatus = try row.choice(.status)
    if status != .success {
      self = .unscored(status, message: try row.text(.message))
    } else if try row.optional(.answer, \.string) != nil {
      self = try PublishedAnswer(row).outcome
    } else if try row.optional(.round, \.integer) != nil {
      self = .turn(TurnReading(times: try ThroughputReading(row), judgement: try TurnJudgement(row)))
    } else {
      self = .throughput(try ThroughputReading(row))
    }
  }
}

extension ThroughputReading {
  fileprivate init(_ row: TableRow<SampleColumn>) throws(DatasetError) {
    self.init(
      promptTokens: try row.integer(.promptTokens), cachedTokens: try row.integer(.cachedTokens),
      tokenNanoseconds: try row.list(.tokens) { $0.integer.map(Int64.init) },
      sequences: try row.optional(.sequences, \.integer) ?? 1)
    slices = try [Slice](row, prompt: promptTokens &- cachedTokens)
  }
}

/// An answer, a scored text or a similarity as the table holds it, which has no columns of their own for the latter two: they
/// are answers that name what was scored, are right, and have the scores of their tokens, or the cosine, in place of those of
/// options.
private struct PublishedAnswer {
  let answer: String
  let isCorrect: Bool
  let scores: [Double]
  let completionTokens: Int

  private static let logProbabilities = "perplexity"
  private static let divergences = "divergence from "
  private static let similarity = "similarity"

  /// Nil for a sample that is neither.
  init?(_ sample: Sample) {
    switch sample.outcome {
    case .answer(let reading):
      answer = reading.answer
      isCorrect = reading.isCorrect
      scores = reading.optionScores
      completionTokens = reading.completionTokens
      return
    case .text(.logProbabilities(let values)): (answer, scores) = (Self.logProbabilities, values)
    case .text(.divergences(let values, let reference)): (answer, scores) = (Self.divergences + reference, values)
    case .similarity(let cosine): (answer, scores) = (Self.similarity, [cosine])
    case .throughput, .turn, .unscored: return nil
    }
    isCorrect = true
    completionTokens = 0
  }

  init(_ row: TableRow<SampleColumn>) throws(DatasetError) {
    answer = try row.text(.answer)
    isCorrect = try row.required(.isCorrect, \.bool)
    scores = try row.list(.optionScores) { $0.exactDouble ?? $0.string.flatMap(Double.init) }
    completionTokens = try row.integer(.completionTokens)
  }

  var outcome: Sample.Outcome {
    if !scores.isEmpty {
      if answer == Self.similarity, scores.count == 1 { return .similarity(scores[0]) }
      if answer == Self.logProbabilities { return .text(.logProbabilities(scores)) }
      if answer.hasPrefix(Self.divergences) {
        return .text(.divergences(scores, reference: String(answer.dropFirst(Self.divergences.count))))
      }
    }
    return .answer(
      AnswerReading(answer: answer, isCorrect: isCorrect, optionScores: scores, completionTokens: completionTokens))
  }
}

extension TurnJudgement {
  /// Nil if the turn was not judged.
  fileprivate init?(_ row: TableRow<SampleColumn>) throws(DatasetError) {
    guard let parser = try row.optional(.parser, \.string) else { return nil }
    self.init(
      parser: parser, failures: try row.list(.failures, \.string), detail: "",
      isAnswered: try row.required(.isAnswered, \.bool), text: try row.text(.text))
  }
}
