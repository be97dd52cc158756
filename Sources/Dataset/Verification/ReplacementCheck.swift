import Crypto
import Foundation
import JSON

/// How many batches of a dataset stand for others, and how many of these were there to compare.
public struct ReplacementSummary: Sendable, Equatable {
  /// Batches that replace others.
  public internal(set) var replacing = 0
  /// Replaced batches whose rows were found in those that replace them.
  public internal(set) var compared = 0
  /// Replaced batches whose files are not there.
  public internal(set) var missing = 0
}

extension PublishedDataset {
  /// Makes sure that batches which replace others have their rows, of all that are there.
  ///
  /// It keeps a hash per session and table, not the rows.
  ///
  /// - Throws: `malformed`, naming the entry, the table and the session whose rows differ; `DatasetError` for the first
  ///   shard that can't be used.
  @discardableResult
  public func checkReplacements() throws(DatasetError) -> ReplacementSummary {
    var summary = ReplacementSummary()
    for (name, entry) in zip(index.names, index.entries) where !entry.replaces.isEmpty {
      let origins = index.origins[name] ?? []
      let present = origins.filter { $0.entry.hasAllShards(in: folder) }
      summary.replacing += 1
      summary.compared += present.count
      let known = Set(present.flatMap { [$0.name] + $0.entry.replaces })
      summary.missing += entry.replaces.count { !known.contains($0) }
      guard !present.isEmpty else { continue }
      let isComplete = known.isSuperset(of: entry.replaces)
      for table in DatasetTable.allCases {
        let old = try RowDigests(of: table, in: present.map(\.entry), self)
        let new = try RowDigests(of: table, in: [entry], self)
        guard let problem = new.difference(from: old, isComplete: isComplete) else { continue }
        throw .malformed(name: name, line: 1, problem: "`\(table.rawValue)`: \(problem)")
      }
    }
    return summary
  }
}

/// What the rows of a table are, in a few bytes for each session.
private struct RowDigests {
  /// The rows of one session, or one envelope.
  private struct Rows: Equatable {
    var count = 0
    var hash: [UInt8] = []

    /// Adds a row by its hash; the order matters.
    mutating func add(_ row: some Collection<UInt8>) {
      count += 1
      hash = Array(SHA256.hash(data: hash + row))
    }
  }

  private var rows: [String: Rows] = [:]
  private let subject: String

  init(of table: DatasetTable, in entries: [IndexEntry], _ dataset: PublishedDataset) throws(DatasetError) {
    subject = table == .envelopes ? "the envelope" : "session"
    var rows: [String: Rows] = [:]
    try dataset.forEachRowDigest(of: table, in: entries) { key, digest in
      // An envelope may be in several batches, and is kept once.
      if table == .envelopes, rows[key] != nil { return }
      rows[key, default: Rows()].add(digest)
    }
    self.rows = rows
  }

  /// Where these are not what they replace, in words; nil if nowhere.
  ///
  /// - Parameter isComplete: Whether all that they replace was read. If not, there may be more of a session.
  func difference(from old: RowDigests, isComplete: Bool) -> String? {
    for (key, own) in old.rows.sorted(by: { $0.key < $1.key }) {
      let count = rows[key]?.count ?? 0
      guard isComplete ? count == own.count : count >= own.count else {
        return "\(subject) \(key) has \(count) rows, and \(own.count) in what the entry replaces"
      }
      if count == own.count, rows[key] != own { return "\(subject) \(key) has other rows than what the entry replaces" }
    }
    guard isComplete, let extra = rows.keys.filter({ old.rows[$0] == nil }).min() else { return nil }
    return "\(subject) \(extra) has rows, and none in what the entry replaces"
  }
}

extension PublishedDataset {
  /// Calls `body` with the session, or the hash of the envelope, and the SHA-256 of each row of a table, in order.
  ///
  /// - Throws: `DatasetError` for the first shard that can't be used.
  fileprivate func forEachRowDigest(
    of table: DatasetTable, in entries: [IndexEntry], _ body: (String, [UInt8]) -> Void
  ) throws(DatasetError) {
    let key = table == .envelopes ? EnvelopeColumn.envelopeHash.rawValue : SessionColumn.session.rawValue
    for format in ShardFormat.allCases {
      let shards = entries.filter { $0.format == format }.flatMap { $0.shards(of: table) }
      guard !shards.isEmpty else { continue }
      try reader(format).forEachRowDigest(of: shards, table, key: key, body)
    }
  }
}
