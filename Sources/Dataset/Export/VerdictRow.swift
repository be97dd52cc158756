import JSON
import Store

/// A verdict as it is published.
struct VerdictRow {
  let entry: IndexEntry.Verdict
  let json: JSONValue

  /// - Throws: `unusableTime`.
  init(
    _ verdict: VerdictRecord, of session: PublicSession, _ redactor: Redactor, stamp: ExportStamp
  ) throws(DatasetError) {
    json = try session.verdictRow(verdict, redactor, stamp)
    entry = .init(
      session: session.session.uuid,
      key: VerdictKey(recordedAt: verdict.recordedAt, outcome: redactor.label(verdict.outcome)))
  }
}
