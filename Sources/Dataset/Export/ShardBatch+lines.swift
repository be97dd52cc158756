import Measurements

extension ShardBatch {
  /// Writes whole rows, as JSON Lines hold them.
  mutating func addLines(
    _ session: PublicSession, _ run: Run, start: Int, _ samples: [Sample], _ context: RunContext
  ) throws(DatasetError) {
    let ofSamples = context.members(RunContext.sampleColumns)
    let ofMeasurements = context.members(RunContext.measurementColumns)
    var raw = LineWriter(includesNulls: true)
    var measured = LineWriter(includesNulls: true)
    for metric in ColdStart.allCases {
      measured.begin()
      measured.members(ofMeasurements)
      measured.coldStart(at: session.startedAt, repetition: start)
      measured.figure(metric: metric.rawValue, value: metric.seconds(of: run), unit: ColdStart.unit)
      measured.end()
    }
    for sample in samples {
      guard let time = UTCTime(sample.startedAt) else { throw .unusableTime(session.number) }
      raw.begin()
      raw.members(ofSamples)
      raw.shared(sample)
      raw.raw(sample)
      raw.end()
      for (metric, value) in PublicSession.figures(of: sample) {
        measured.begin()
        measured.members(ofMeasurements)
        measured.shared(sample)
        measured.measured(
          sample, at: time, concurrency: session.concurrency(of: sample.place),
          void: session.voidReason(of: sample.place))
        measured.figure(metric: metric?.rawValue, value: value, unit: metric?.unit)
        measured.end()
      }
    }
    try append(raw.bytes, to: "\(DatasetTable.samples.rawValue).jsonl")
    try append(measured.bytes, to: "\(DatasetTable.measurements.rawValue).jsonl")
  }
}
