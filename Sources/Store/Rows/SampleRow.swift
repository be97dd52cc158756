import Foundation
import GRDB
import JSON
import Measurements

/// A sample as a row of the table `samples`.
struct SampleRow: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "samples"

  /// Given by the database.
  var id: Int64?
  var run: Int64
  var cell: String
  var block: Int
  var repetition: Int
  var item: String?
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
  var answer: String?
  var isCorrect: Bool?
  var optionScores: String?
  var completionTokens: Int?

  enum CodingKeys: String, CodingKey {
    case id, run, cell, block, repetition, item, status, message, answer, sequences
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
  }
}

extension SampleRow {
  init(_ sample: Sample, run: RunNumber) {
    self.run = run.rawValue
    cell = sample.place.cell.rawValue
    block = sample.place.block
    repetition = sample.place.repetition
    item = sample.place.item ?? sample.place.round.map { "#\($0)" }
    startedAt = sample.startedAt
    elapsed = sample.elapsedNanoseconds
    peakMemory = sample.peakMemoryBytes
    loadAverage = sample.loadAverage
    status = sample.status.rawValue
    switch sample.outcome {
    case .throughput(let reading): setTimes(reading)
    case .turn(let turn): setTimes(turn.times)
    case .answer(let reading):
      answer = reading.answer.storable
      isCorrect = reading.isCorrect
      optionScores = JSONValue.array(reading.optionScores.map(JSONValue.init(exactly:))).serialized()
      completionTokens = reading.completionTokens
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
  }

  /// An item's name never begins with this.
  private var round: Int? { item.flatMap { $0.hasPrefix("#") ? Int($0.dropFirst()) : nil } }

  /// The sample, or nil where the row's columns do not make one; `turn` is its row of `turns`, if it has one.
  func sample(_ turn: TurnRow?) -> Sample? {
    guard var outcome else { return nil }
    if let turn, case .throughput(let times) = outcome {
      outcome = .turn(TurnReading(times: times, judgement: turn.judgement))
    }
    let sample = Sample(
      place: .init(
        cell: CellID(rawValue: cell), block: block, repetition: repetition, item: round == nil ? item : nil,
        round: round),
      startedAt: startedAt, elapsedNanoseconds: elapsed, peakMemoryBytes: peakMemory, loadAverage: loadAverage,
      outcome: outcome)
    return sample.problem == nil ? sample : nil
  }

  private var outcome: Sample.Outcome? {
    guard let status = CellStatus(rawValue: status) else { return nil }
    if let promptTokens, let cachedTokens, let tokens, let times = tokens.withUnsafeBytes({ TokenTimes.decode($0) }) {
      return .throughput(
        .init(
          promptTokens: promptTokens, cachedTokens: cachedTokens, tokenNanoseconds: times, sequences: sequences ?? 1))
    }
    if let answer, let isCorrect, let completionTokens, let scores {
      return .answer(
        .init(answer: answer, isCorrect: isCorrect, optionScores: scores, completionTokens: completionTokens))
    }
    return message.map { .unscored(status, message: $0) }
  }

  private var scores: [Double]? {
    guard let optionScores, let values = (try? JSONValue(parsing: optionScores))?.array else { return nil }
    let scores = values.compactMap(\.exactDouble)
    return scores.count == values.count ? scores : nil
  }
}
