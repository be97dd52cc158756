import JSON
import Measurements
import Vocabulary

extension PublicSession {
  /// The measurements of one model, a row each.
  ///
  /// - Throws: `withoutRegime`, `unusableTime`.
  func measurementShard(of side: Side?, _ stamp: ExportStamp) throws(DatasetError) -> Shard {
    let context = context(of: side, stamp)
    var rows = runs(of: side).enumerated().flatMap { coldStartRows($1, start: $0, context) }
    for sample in samples(of: side) { rows += try sampleRows(sample, context) }
    return Shard(
      kind: .data, time: startedAt, stamp: stamp, suite: session.envelopeID,
      subject: (runs(of: side).first?.model ?? session.candidate).rawValue,
      identity: [MeasurementColumn.session.rawValue, MeasurementColumn.side.rawValue], rows: rows.map(JSONValue.row))
  }

  /// The columns that all rows of one model share.
  private func context(of side: Side?, _ stamp: ExportStamp) -> [MeasurementColumn: JSONValue] {
    let run = runs(of: side).first
    let host = session.host
    return [
      .schemaVersion: .integer(datasetSchemaVersion), .gitRevision: .string(stamp.gitRevision),
      .trigger: .string(stamp.trigger), .suite: .string(session.envelopeID), .model: .text(run?.model.rawValue),
      .modelRevision: .text(run?.provenance.hash?.rawValue), .quantization: .text(run?.storageFormat),
      .operatingSystem: .string(host.operatingSystem), .chip: .string(host.chip),
      .memory: .number(Double(host.memoryBytes) / 1_073_741_824), .environment: .string(session.environment.rawValue),
      .seed: EnvelopeCells(envelope).samplingSeed, .tags: .array(tags(of: run).map { .string($0) }),
      .side: .text(side?.rawValue), .session: .string(session.uuid),
      .provenance: .string((run?.proof ?? .unverified).rawValue),
      .envelopeHash: .string(session.envelopeHash.rawValue), .engine: .text(run?.engine.name),
      .engineVersion: .text(run?.engine.version), .instructionSet: .text(run?.engine.instructionSet),
      .threads: .integer(run?.engine.threads), .architecture: .string(host.architecture),
      .physicalCores: .integer(host.physicalCores), .hostFingerprint: .string(host.fingerprint),
    ]
  }

  private func tags(of run: Run?) -> [String] {
    [("role", session.role?.rawValue), ("lane", run?.lane), ("resident_version", session.residentVersion)]
      .compactMap { name, value in value.map { "\(name)=\($0)" } }
  }

  /// Loading and the first request: recorded, never scored.
  private func coldStartRows(
    _ run: Run, start: Int, _ context: [MeasurementColumn: JSONValue]
  ) -> [[MeasurementColumn: JSONValue]] {
    [("load_seconds", run.loadSeconds), ("readiness_seconds", run.readinessSeconds)].map { metric, seconds in
      context.merging([
        .timestamp: .string(startedAt.text), .name: "cold-start", .metric: .string(metric), .value: .number(seconds),
        .unit: "s", .repetition: .integer(start), .status: .string(CellStatus.success.rawValue),
      ]) { $1 }
    }
  }

  private func sampleRows(
    _ sample: Sample, _ context: [MeasurementColumn: JSONValue]
  ) throws(DatasetError) -> [[MeasurementColumn: JSONValue]] {
    let cells = EnvelopeCells(envelope)
    if let missing = cells.missingRegime(of: sample) { throw .withoutRegime(number, sample.place, missing: missing) }
    guard let time = UTCTime(sample.startedAt) else { throw .unusableTime(number) }
    var row = context.merging(sample.columns) { $1 }
    row[.timestamp] = .string(time.text)
    row[.concurrency] = .integer(
      sample.place.item == nil && sample.place.round == nil ? cells.concurrency(of: sample.place.cell) : 1)
    let void = voids.first { $0.cell == sample.place.cell && $0.block == sample.place.block }
    row[.voidReason] = .text(void?.reason)
    // What failed has a row without a figure, so that it can't be overlooked.
    guard sample.status == .success else { return [row] }
    return sample.figures.map { figure in
      row.merging([
        .metric: .string(figure.metric.rawValue), .value: .number(figure.value), .unit: .string(figure.metric.unit),
      ]) { $1 }
    }
  }
}
