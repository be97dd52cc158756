import Foundation
import Measurements
import Store

extension PublishedDataset {
  /// The last verdict on each comparison, in the order of the comparisons' first verdicts, and the marks of those that were
  /// imported or set aside.
  ///
  /// Sessions are numbered from 1 here, since a dataset merges those of many databases.
  ///
  /// - Throws: `DatasetError` for the first shard that can't be used.
  public func latestVerdicts() throws(DatasetError) -> (
    records: [VerdictRecord], marks: [SessionNumber: SessionMark]
  ) {
    let histories = Dictionary(grouping: try verdicts(), by: \.session).map { session, verdicts in
      (session: session, verdicts: verdicts.sorted { $0.key.recordedAt < $1.key.recordedAt })
    }
    let ordered = histories.sorted {
      ($0.verdicts[0].key.recordedAt, $0.session) < ($1.verdicts[0].key.recordedAt, $1.session)
    }
    let setAsides = try SetAsideHistory(of: self)
    let imported = try importedSessions()
    var records: [VerdictRecord] = []
    var marks: [SessionNumber: SessionMark] = [:]
    for (position, history) in ordered.enumerated() {
      guard let last = history.verdicts.last else { continue }
      let number = SessionNumber(rawValue: Int64(position + 1))
      records.append(
        VerdictRecord(
          session: number, recordedAt: last.key.recordedAt, outcome: last.key.outcome, verdict: last.verdict))
      let setAside = setAsides.setAside(history.session).map {
        SetAside(why: $0.why, recordedAt: $0.recordedAt, requestedBy: nil)
      }
      marks[number] = SessionMark(
        origin: imported.contains(history.session) ? .imported(ImportSource()) : .measured, setAside: setAside)
    }
    return (records, marks)
  }

  /// The UUIDs of the sessions that the exported database had imported itself.
  ///
  /// - Throws: `DatasetError` for the first shard that can't be used.
  public func importedSessions() throws(DatasetError) -> Set<String> {
    var imported: Set<String> = []
    try forEachRow(of: .sessions, SessionColumn.self) { row throws(DatasetError) in
      if try row.optionalChoice(.origin) == PublishedOrigin.imported { imported.insert(try row.text(.session)) }
    }
    return imported
  }

  /// Whether `RANKINGS.md` is there.
  public var hasRankings: Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent(DatasetCard.rankingsName).path)
  }

  /// Writes `RANKINGS.md` unless it has this text already.
  ///
  /// - Parameter text: Must be made of the verdicts of this dataset alone.
  /// - Throws: `file`.
  public func writeRankings(_ text: String) throws(DatasetError) {
    try DatasetCard.write(text, to: DatasetCard.rankingsName, in: folder)
  }
}
