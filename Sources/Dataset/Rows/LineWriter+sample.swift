import Foundation
import Measurements

extension LineWriter {
  /// The columns that `samples` and `measurements` share.
  mutating func shared(_ sample: Sample) {
    let times = sample.throughput ?? sample.turn?.times
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
    let times = sample.throughput ?? sample.turn?.times
    let answer = sample.answer
    let judgement = sample.turn?.judgement
    number(SampleColumn.startedAt, sample.startedAt)
    integer(SampleColumn.elapsed, Int(sample.elapsedNanoseconds))
    integer(SampleColumn.peakMemory, Int(sample.peakMemoryBytes))
    integer(SampleColumn.sequences, times?.sequences)
    integers(SampleColumn.tokens.rawValue, times?.tokenNanoseconds)
    text(SampleColumn.answer, answer?.answer)
    boolean(SampleColumn.isCorrect.rawValue, answer?.isCorrect)
    numbers(SampleColumn.optionScores.rawValue, answer?.optionScores)
    integer(SampleColumn.completionTokens, answer?.completionTokens)
    text(SampleColumn.parser, judgement?.parser)
    boolean(SampleColumn.isAnswered.rawValue, judgement?.isAnswered)
    text(SampleColumn.text, judgement?.text)
  }

  /// The columns that only `measurements` has, but for the figure.
  mutating func measured(_ sample: Sample, at time: UTCTime, concurrency: Int?, void reason: String?) {
    let times = sample.throughput ?? sample.turn?.times
    text(MeasurementColumn.timestamp, time.text)
    integer(MeasurementColumn.concurrency, concurrency)
    text(MeasurementColumn.name, sample.place.cell.rawValue)
    number(MeasurementColumn.duration, Double(sample.elapsedNanoseconds) * 1e-9)
    number(MeasurementColumn.prefillRate, times?.prefillTokensPerSecond)
    number(MeasurementColumn.decodeRate, times?.decodeTokensPerSecond)
    number(MeasurementColumn.cumulativeRate, times?.cumulativeTokensPerSecond)
    number(MeasurementColumn.firstTokenLatency, times?.firstTokenSeconds.map { $0 * 1000 })
    number(MeasurementColumn.peakMemory, Double(sample.peakMemoryBytes) / 1_048_576)
    integer(MeasurementColumn.decodeTokens, times?.decodeTokens ?? sample.answer?.completionTokens)
    text(MeasurementColumn.voidReason, reason)
  }

  /// The cold start of a run, which is no sample: its figures are of loading and of the first request.
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

  mutating func figure(metric: String?, value: Double?, unit: String?) {
    text(MeasurementColumn.metric, metric)
    number(MeasurementColumn.value, value)
    text(MeasurementColumn.unit, unit)
  }
}

extension Sample {
  fileprivate var message: String? {
    guard case .unscored(_, let message) = outcome else { return nil }
    return message
  }
}
