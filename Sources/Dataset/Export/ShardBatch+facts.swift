import Measurements

extension ShardBatch {
  /// Writes what ``BatchConversion`` makes both tables of: one line a sample.
  mutating func addFacts(
    _ session: PublicSession, _ run: Run, start: Int, _ samples: [Sample], _ context: RunContext
  ) throws(DatasetError) {
    let number = nextContext()
    var contexts = LineWriter(includesNulls: true)
    contexts.begin()
    contexts.integer(BatchConversion.context, number)
    contexts.members(context.members(BatchConversion.contextColumns.map(\.name)))
    contexts.end()
    try append(contexts.bytes, to: BatchConversion.contexts)

    var facts = LineWriter(includesNulls: false)
    facts.begin()
    facts.integer(BatchConversion.context, number)
    facts.boolean(BatchConversion.isSample, false)
    facts.coldStart(at: session.startedAt, repetition: start)
    facts.texts(BatchConversion.metrics, ColdStart.allCases.map(\.rawValue))
    facts.numbers(BatchConversion.values, ColdStart.allCases.map { $0.seconds(of: run) })
    facts.end()
    for sample in samples {
      guard let time = UTCTime(sample.startedAt) else { throw .unusableTime(session.number) }
      let figures = PublicSession.figures(of: sample)
      facts.begin()
      facts.integer(BatchConversion.context, number)
      facts.boolean(BatchConversion.isSample, true)
      facts.shared(sample)
      facts.raw(sample)
      facts.measured(
        sample, at: time, concurrency: session.concurrency(of: sample.place),
        void: session.voidReason(of: sample.place))
      facts.texts(BatchConversion.metrics, figures.map { $0.metric?.rawValue })
      // As in a line of its own, a value that is not finite is none.
      facts.numbers(BatchConversion.values, figures.map { $0.value.flatMap { $0.isFinite ? $0 : nil } })
      facts.end()
    }
    try append(facts.bytes, to: BatchConversion.facts)
  }
}
