import JSON
import Measurements
import Store

extension Sample {
  init(_ row: RawRow<SampleColumn>) throws(DatasetError) {
    self.init(
      place: Place(
        cell: try row.identifier(.cell), block: try row.integer(.block), repetition: try row.integer(.repetition),
        item: try row.optional(.item, \.string), round: try row.optional(.round, \.integer)),
      startedAt: try row.number(.startedAt), elapsedNanoseconds: Int64(try row.integer(.elapsed)),
      peakMemoryBytes: Int64(try row.integer(.peakMemory)), loadAverage: try row.number(.loadAverage),
      outcome: try Outcome(row))
    if let problem { throw row.error("the sample \(problem)") }
  }
}

extension Sample.Outcome {
  fileprivate init(_ row: RawRow<SampleColumn>) throws(DatasetError) {
    let status: CellStatus = try row.choice(.status)
    if status != .success {
      self = .unscored(status, message: try row.text(.message))
    } else if try row.optional(.answer, \.string) != nil {
      self = .answer(try AnswerReading(row))
    } else if try row.optional(.round, \.integer) != nil {
      self = .turn(TurnReading(times: try ThroughputReading(row), judgement: try TurnJudgement(row)))
    } else {
      self = .throughput(try ThroughputReading(row))
    }
  }
}

extension ThroughputReading {
  fileprivate init(_ row: RawRow<SampleColumn>) throws(DatasetError) {
    self.init(
      promptTokens: try row.integer(.promptTokens), cachedTokens: try row.integer(.cachedTokens),
      tokenNanoseconds: try row.list(.tokens) { $0.integer.map(Int64.init) },
      sequences: try row.optional(.sequences, \.integer) ?? 1)
  }
}

extension AnswerReading {
  fileprivate init(_ row: RawRow<SampleColumn>) throws(DatasetError) {
    self.init(
      answer: try row.text(.answer), isCorrect: try row.required(.isCorrect, \.bool),
      optionScores: try row.list(.optionScores) { $0.exactDouble ?? $0.string.flatMap(Double.init) },
      completionTokens: try row.integer(.completionTokens))
  }
}

extension TurnJudgement {
  /// Nil where the turn was not judged.
  fileprivate init?(_ row: RawRow<SampleColumn>) throws(DatasetError) {
    guard let parser = try row.optional(.parser, \.string) else { return nil }
    self.init(
      parser: parser, failures: try row.list(.failures, \.string), detail: "",
      isAnswered: try row.required(.isAnswered, \.bool), text: try row.text(.text))
  }
}
