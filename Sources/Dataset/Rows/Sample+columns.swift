import JSON
import Measurements

extension Sample {
  /// The columns that all figures of the sample share.
  var columns: [MeasurementColumn: JSONValue] {
    var columns: [MeasurementColumn: JSONValue] = [
      .name: .string(place.cell.rawValue), .cell: .string(place.cell.rawValue), .block: .integer(place.block),
      .repetition: .integer(place.repetition), .item: .text(place.item), .status: .string(status.rawValue),
      .duration: .number(Double(elapsedNanoseconds) * 1e-9), .peakMemory: .number(Double(peakMemoryBytes) / 1_048_576),
      .loadAverage: .number(loadAverage),
    ]
    if let reading = throughput ?? turn?.times {
      columns[.promptTokens] = .integer(reading.promptTokens)
      columns[.decodeTokens] = .integer(reading.decodeTokens)
      columns[.cachedTokens] = .integer(reading.cachedTokens)
      columns[.prefillRate] = .number(reading.prefillTokensPerSecond)
      columns[.decodeRate] = .number(reading.decodeTokensPerSecond)
      columns[.cumulativeRate] = .number(reading.cumulativeTokensPerSecond)
      columns[.firstTokenLatency] = .number(reading.firstTokenSeconds.map { $0 * 1000 })
    }
    columns[.round] = .integer(place.round)
    switch outcome {
    case .throughput: break
    case .turn(let turn):
      columns[.failures] = turn.judgement.map { .array($0.failures.map { .string($0) }) } ?? .null
    case .answer(let reading): columns[.decodeTokens] = .integer(reading.completionTokens)
    case .unscored(_, let message): columns[.message] = .string(message)
    }
    return columns
  }
}
