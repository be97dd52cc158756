import JSON
import Store

extension PublicSession {
  /// A verdict about the session, as one row.
  ///
  /// - Throws: `unusableTime`.
  func verdictShard(
    _ verdict: VerdictRecord, _ redactor: Redactor, _ stamp: ExportStamp
  ) throws(DatasetError) -> Shard {
    guard let time = UTCTime(verdict.recordedAt) else { throw .unusableTime(number) }
    let row = JSONValue.row([
      VerdictColumn.schemaVersion: .integer(datasetSchemaVersion), .timestamp: .string(time.text),
      .gitRevision: .string(stamp.gitRevision), .trigger: .string(stamp.trigger), .suite: .string(session.envelopeID),
      .session: .string(session.uuid), .envelopeHash: .string(session.envelopeHash.rawValue),
      .role: .text(session.role?.rawValue), .resident: .text(session.resident?.rawValue),
      .candidate: .string(session.candidate.rawValue), .recordedAt: .number(verdict.recordedAt),
      .outcome: .string(redactor.withoutPaths(verdict.outcome)), .verdict: redactor.json(verdict.verdict),
    ])
    let identity = [VerdictColumn.session, .recordedAt, .outcome, .verdict].map(\.rawValue)
    return Shard(
      kind: .verdicts, time: time, stamp: stamp, suite: session.envelopeID, subject: session.candidate.rawValue,
      identity: identity, rows: [row])
  }
}
