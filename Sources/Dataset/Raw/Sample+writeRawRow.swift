import JSON
import Measurements
import Store

extension Sample {
  /// The sample without loss.
  func rawRow(of side: Side?) -> JSONValue {
    var row: [SampleColumn: JSONValue] = [
      .side: .text(side?.rawValue), .cell: .string(place.cell.rawValue), .block: .integer(place.block),
      .repetition: .integer(place.repetition), .item: .text(place.item),
      .startedAt: JSONValue(exactly: startedAt), .elapsed: .integer(Int(elapsedNanoseconds)),
      .peakMemory: .integer(Int(peakMemoryBytes)), .loadAverage: JSONValue(exactly: loadAverage),
      .status: .string(status.rawValue),
    ]
    if let round = place.round { row[.round] = .integer(round) }
    switch outcome {
    case .throughput(let reading):
      row[.promptTokens] = .integer(reading.promptTokens)
      row[.cachedTokens] = .integer(reading.cachedTokens)
      if reading.sequences != 1 { row[.sequences] = .integer(reading.sequences) }
      row[.tokens] = .array(reading.tokenNanoseconds.map { .integer(Int($0)) })
    case .answer(let reading):
      row[.answer] = .string(reading.answer)
      row[.isCorrect] = .bool(reading.isCorrect)
      row[.optionScores] = .array(reading.optionScores.map(JSONValue.init(exactly:)))
      row[.completionTokens] = .integer(reading.completionTokens)
    case .turn(let turn):
      row[.promptTokens] = .integer(turn.times.promptTokens)
      row[.cachedTokens] = .integer(turn.times.cachedTokens)
      row[.tokens] = .array(turn.times.tokenNanoseconds.map { .integer(Int($0)) })
      guard let judgement = turn.judgement else { break }
      row[.parser] = .string(judgement.parser)
      row[.failures] = .array(judgement.failures.map { .string($0) })
      row[.detail] = .string(judgement.detail)
      row[.isAnswered] = .bool(judgement.isAnswered)
      row[.text] = .string(judgement.text)
    case .unscored(_, let message): row[.message] = .string(message)
    }
    return .row(row)
  }
}
