import Foundation
import GRDB
import JSON
import Measurements

/// A sample as a row of the table `samples`, whose columns that are not null tell the kind of its outcome.
struct SampleRow: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "samples"
  /// Stands in the column that holds the hash of a divergence's reference.
  private static let similarity = "similarity"

  /// Given by the database.
  var id: Int64?
  var run: Int64
  var cell: String
  var block: Int
  var repetition: Int
  var item: String?
  var round: Int?
  var startedAt: Double
  var elapsed: Int64
  var peakMemory: Int64
  var loadAverage: Double
  var status: String
  var message: String?
  var promptTokens: Int?
  var cachedTokens: Int?
  /// Nil for one.
  var sequences: Int?
  var decodeTokens: Int?
  var firstToken: Int64?
  var lastToken: Int64?
  var tokens: Data?
  /// Nil for a request that was made whole.
  var slices: String?
  var answer: String?
  var isCorrect: Bool?
  var optionScores: String?
  var completionTokens: Int?
  var textScores: String?
  /// Nil for log-probabilities; ``similarity`` for the cosine of two texts.
  var textReference: String?
  /// Nil for all but requests of endurance cells.
  var memory: String?

  enum CodingKeys: String, CodingKey {
    case id, run, cell, block, repetition, item, round, status, message, answer, sequences, slices, memory
    case startedAt = "started_at_s"
    case elapsed = "elapsed_ns"
    case peakMemory = "peak_memory_bytes"
    case loadAverage = "load_average"
    case promptTokens = "prompt_tokens"
    case cachedTokens = "cached_tokens"
    case decodeTokens = "decode_tokens"
    case firstToken = "first_token_ns"
    case lastToken = "last_token_ns"
    case tokens = "token_ns"
    case isCorrect = "is_correct"
    case optionScores = "option_scores"
    case completionTokens = "completion_tokens"
    case textScores = "text_scores"
    case textReference = "text_reference"
  }
}

extension SampleRow {
  init(_ sample: Sample, run: RunNumber) {
    self.run = run.rawValue
    cell = sample.place.cell.rawValue
    block = sample.place.block
    repetition = sample.place.repetition
    item = sample.place.item
    round = sample.place.round
    startedAt = sample.startedAt
    elapsed = sample.elapsedNanoseconds
    peakMemory = sample.peakMemoryBytes
    loadAverage = sample.loadAverage
    status = sample.status.rawValue
    memory = sample.memory.map { $0.stored.serialized() }
    switch sample.outcome {
    case .throughput(let reading): setTimes(reading)
    case .turn(let turn): setTimes(turn.times)
    case .answer(let reading):
      answer = reading.answer.storable
      isCorrect = reading.isCorrect
      optionScores = Self.document(of: reading.optionScores)
      completionTokens = reading.completionTokens
    case .text(.logProbabilities(let values)): textScores = Self.document(of: values)
    case .text(.divergences(let values, let reference)):
      textScores = Self.document(of: values)
      textReference = reference.storable
    case .similarity(let cosine):
      textScores = Self.document(of: [cosine])
      textReference = Self.similarity
    case .unscored(_, let message): self.message = message.storable
    }
  }

  private mutating func setTimes(_ reading: ThroughputReading) {
    promptTokens = reading.promptTokens
    cachedTokens = reading.cachedTokens
    sequences = reading.sequences == 1 ? nil : reading.sequences
    decodeTokens = reading.decodeTokens
    firstToken = reading.tokenNanoseconds.first
    lastToken = reading.tokenNanoseconds.last
    tokens = Data(TokenTimes.encode(reading.tokenNanoseconds))
    slices = reading.slices.isEmpty ? nil : JSONValue.array(reading.slices.map(\.stored)).serialized()
  }

  /// A JSON array of numbers that are exact to the bit.
  private static func document(of values: [Double]) -> String {
    JSONValue.array(values.map(JSONValue.init(exactly:))).serialized()
  }

  private static func values(of document: String) -> [Double]? {
    guard let elements = (try? JSONValue(parsing: document))?.array else { return nil }
    let values = elements.compactMap(\.exactDouble)
    return values.count == elements.count ? values : nil
  }

  /// The sample; nil if the row's columns do not make one. `turn` is its row of `turns`, if it has one.
  func sample(_ turn: TurnRow?) -> Sample? {
    guard let outcome = outcome(turn) else { return nil }
    let sample = Sample(
      place: .init(cell: CellID(rawValue: cell), block: block, repetition: repetition, item: item, round: round),
      startedAt: startedAt, elapsedNanoseconds: elapsed, peakMemoryBytes: peakMemory, loadAverage: loadAverage,
      outcome: outcome, memory: memory.flatMap(MemoryReading.init(stored:)))
    guard (memory == nil) == (sample.memory == nil) else { return nil }
    return sample.problem == nil ? sample : nil
  }

  private func outcome(_ turn: TurnRow?) -> Sample.Outcome? {
    guard let status = CellStatus(rawValue: status) else { return nil }
    if let promptTokens, let cachedTokens, let tokens, let times = tokens.withUnsafeBytes({ TokenTimes.decode($0) }),
      let slices = readSlices()
    {
      let reading = ThroughputReading(
        promptTokens: promptTokens, cachedTokens: cachedTokens, tokenNanoseconds: times, sequences: sequences ?? 1,
        slices: slices)
      return turn.map { .turn(TurnReading(times: reading, judgement: $0.judgement)) } ?? .throughput(reading)
    }
    if let answer, let isCorrect, let completionTokens, let scores = optionScores.flatMap(Self.values(of:)) {
      return .answer(
        .init(answer: answer, isCorrect: isCorrect, optionScores: scores, completionTokens: completionTokens))
    }
    if let values = textScores.flatMap(Self.values(of:)) {
      if textReference == Self.similarity { return values.count == 1 ? .similarity(values[0]) : nil }
      return .text(textReference.map { .divergences(values, reference: $0) } ?? .logProbabilities(values))
    }
    return message.map { .unscored(status, message: $0) }
  }

  /// None if the request was made whole; nil if the column holds no slices.
  private func readSlices() -> [Slice]? {
    guard let slices else { return [] }
    guard let elements = (try? JSONValue(parsing: slices))?.array else { return nil }
    let values = elements.compactMap(Slice.init(stored:))
    return values.count == elements.count ? values : nil
  }
}

extension Slice {
  /// The form that ``SliceMigration`` describes.
  fileprivate var stored: JSONValue {
    [
      .string(phase.rawValue), .integer(tokens), .integer(Int(nanoseconds)),
      processorNanoseconds.map { .integer(Int($0)) } ?? .null, involuntarySwitches.map { .integer($0) } ?? .null,
    ]
  }

  fileprivate init?(stored: JSONValue) {
    guard let elements = stored.array, elements.count == 5,
      let phase = elements[0].string.flatMap(Phase.init(rawValue:)), let tokens = elements[1].integer,
      let nanoseconds = elements[2].integer, elements[3...].allSatisfy({ $0 == .null || $0.integer != nil })
    else { return nil }
    self.init(
      phase: phase, tokens: tokens, nanoseconds: Int64(nanoseconds),
      processorNanoseconds: elements[3].integer.map(Int64.init), involuntarySwitches: elements[4].integer)
  }
}

extension SampleRow {
  /// The columns that ``init(row:)`` reads, in its order.
  static let selection = """
    samples.id, samples.run, samples.cell, samples.block, samples.repetition, samples.item, samples.started_at_s,
    samples.elapsed_ns, samples.peak_memory_bytes, samples.load_average, samples.status, samples.message,
    samples.prompt_tokens, samples.cached_tokens, samples.token_ns, samples.answer, samples.is_correct,
    samples.option_scores, samples.completion_tokens, samples.sequences, samples.round, samples.text_scores,
    samples.text_reference, samples.slices, samples.memory
    """

  /// Reads by position: a tenth of the time that decoding by name takes, which is what reading evidence consists of.
  init(row: Row) throws {
    id = try row.decode(Int64.self, atIndex: 0)
    run = try row.decode(Int64.self, atIndex: 1)
    cell = try row.decode(String.self, atIndex: 2)
    block = try row.decode(Int.self, atIndex: 3)
    repetition = try row.decode(Int.self, atIndex: 4)
    item = try row.decode(String?.self, atIndex: 5)
    startedAt = try row.decode(Double.self, atIndex: 6)
    elapsed = try row.decode(Int64.self, atIndex: 7)
    peakMemory = try row.decode(Int64.self, atIndex: 8)
    loadAverage = try row.decode(Double.self, atIndex: 9)
    status = try row.decode(String.self, atIndex: 10)
    message = try row.decode(String?.self, atIndex: 11)
    promptTokens = try row.decode(Int?.self, atIndex: 12)
    cachedTokens = try row.decode(Int?.self, atIndex: 13)
    tokens = try row.decode(Data?.self, atIndex: 14)
    answer = try row.decode(String?.self, atIndex: 15)
    isCorrect = try row.decode(Bool?.self, atIndex: 16)
    optionScores = try row.decode(String?.self, atIndex: 17)
    completionTokens = try row.decode(Int?.self, atIndex: 18)
    sequences = try row.decode(Int?.self, atIndex: 19)
    round = try row.decode(Int?.self, atIndex: 20)
    textScores = try row.decode(String?.self, atIndex: 21)
    textReference = try row.decode(String?.self, atIndex: 22)
    slices = try row.decode(String?.self, atIndex: 23)
    memory = try row.decode(String?.self, atIndex: 24)
  }
}

/// What a turn has beside its sample, as a row of the table `turns`.
struct TurnRow: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "turns"

  var sample: Int64
  var parser: String?
  var failures: String?
  var detail: String?
  var isAnswered: Bool?
  var text: String?

  enum CodingKeys: String, CodingKey {
    case sample, parser, failures, detail, text
    case isAnswered = "is_answered"
  }

  init(_ turn: TurnReading, sample: Int64) {
    self.sample = sample
    guard let judgement = turn.judgement else { return }
    parser = judgement.parser.storable
    failures = JSONValue.array(judgement.failures.map { .string($0) }).serialized()
    detail = judgement.detail.storable
    isAnswered = judgement.isAnswered
    text = judgement.text.storable
  }

  var judgement: TurnJudgement? {
    guard let parser, let failures, let detail, let isAnswered, let text,
      let names = (try? JSONValue(parsing: failures))?.array?.compactMap(\.string)
    else { return nil }
    return TurnJudgement(parser: parser, failures: names, detail: detail, isAnswered: isAnswered, text: text)
  }
}
