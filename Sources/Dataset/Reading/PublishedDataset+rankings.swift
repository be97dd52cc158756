import Foundation
import Store

extension PublishedDataset {
  /// The last verdict on each comparison, in the order of the comparisons' first verdicts.
  ///
  /// Sessions are numbered from 1 here, since a dataset merges those of many databases.
  ///
  /// - Throws: `DatasetError` for the first shard that can't be used.
  public func latestVerdicts() throws(DatasetError) -> [VerdictRecord] {
    let histories = Dictionary(grouping: try verdicts(), by: \.session).map { session, verdicts in
      (session: session, verdicts: verdicts.sorted { $0.key.recordedAt < $1.key.recordedAt })
    }
    let ordered = histories.sorted {
      ($0.verdicts[0].key.recordedAt, $0.session) < ($1.verdicts[0].key.recordedAt, $1.session)
    }
    return ordered.enumerated().compactMap { position, history in
      history.verdicts.last.map {
        VerdictRecord(
          session: SessionNumber(rawValue: Int64(position + 1)), recordedAt: $0.key.recordedAt,
          outcome: $0.key.outcome, verdict: $0.verdict)
      }
    }
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
