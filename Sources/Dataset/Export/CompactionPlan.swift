import Measurements

/// Which batches of a dataset a compaction makes one of.
struct CompactionPlan {
  /// The batches that become one.
  struct Group {
    fileprivate(set) var entries: [NamedEntry] = []
    /// Whether the sessions were measured by a database that was exported, rather than imported.
    let isMeasured: Bool
    /// Whose signature the batches have.
    let signer: SigningKey?
    /// When the first session began.
    fileprivate(set) var startedAt = Double.infinity
    fileprivate var samples = 0
    fileprivate var sessions: Set<String> = []
    fileprivate var envelopes: Set<String> = []
  }

  /// Each of two batches or more.
  private(set) var groups: [Group] = []
  /// Small batches that stay as they are, since a key signed them that is not at hand.
  private(set) var foreign = 0

  /// So many files are named to DuckDB for a group at the most, and so many entries by the one that replaces them.
  private static let batchLimit = 20_000

  /// What batches are grouped by: a new batch says nothing that one of them did not say.
  private struct Kind: Hashable {
    let format: ShardFormat
    let isMeasured: Bool
    let signer: SigningKey?
  }

  /// - Parameters:
  ///   - signers: Of the batches, by position.
  ///   - key: The key that can sign now.
  ///   - batchSize: Samples of a group at most. Batches of half as many are large already.
  init(
    _ index: DatasetIndex, _ sessions: PublishedSessions, signers: BatchSignatures, key: SigningKey?, batchSize: Int
  ) {
    var open: [Kind: Group] = [:]
    var order: [Kind] = []
    var closed: [Group] = []
    for (position, entry) in index.entries.enumerated() {
      let samples = entry.sessions.reduce(0) { $0 + min($1.samples, batchSize) }
      guard samples < max(1, batchSize / 2) else { continue }
      let signer = signers[position]
      guard signer == nil || signer == key else {
        foreign += 1
        continue
      }
      let kind = Kind(format: entry.format, isMeasured: !sessions.areImported(of: entry), signer: signer)
      if open[kind] == nil { order.append(kind) }
      var group = open[kind] ?? Group(isMeasured: kind.isMeasured, signer: signer)
      if !group.canTake(entry, samples: samples, limit: batchSize) {
        closed.append(group)
        group = Group(isMeasured: kind.isMeasured, signer: signer)
      }
      group.add(
        NamedEntry(name: index.names[position], entry: entry), samples: samples, at: sessions.startedAt(of: entry))
      open[kind] = group
    }
    groups = (closed + order.compactMap { open[$0] }).filter { $0.entries.count > 1 }
  }

  fileprivate static func isFull(_ count: Int) -> Bool { count >= batchLimit }
}

extension CompactionPlan.Group {
  /// Whether a batch fits: a batch has a session once, and an envelope either comes with the batch or is there.
  fileprivate func canTake(_ entry: IndexEntry, samples: Int, limit: Int) -> Bool {
    let known = entry.envelopes.count { envelopes.contains($0) }
    return self.samples + samples <= limit && !CompactionPlan.isFull(entries.count)
      && !entry.sessions.contains { sessions.contains($0.uuid) } && (known == 0 || known == entry.envelopes.count)
  }

  fileprivate mutating func add(_ named: NamedEntry, samples: Int, at time: Double) {
    entries.append(named)
    self.samples += samples
    startedAt = min(startedAt, time)
    sessions.formUnion(named.entry.sessions.map(\.uuid))
    envelopes.formUnion(named.entry.envelopes)
  }

  /// The shards of a table in order, without those whose envelopes earlier ones have.
  func shards(of table: DatasetTable) -> [IndexEntry.Shard] {
    var seen: Set<String> = []
    return entries.flatMap { named -> [IndexEntry.Shard] in
      let isNew = named.entry.envelopes.allSatisfy { seen.insert($0).inserted }
      guard table != .envelopes || isNew else { return [] }
      return named.entry.shards.filter { $0.name.table == table }
    }
  }

  /// What the new batch's entry says, but for its shards.
  func entry(_ format: ShardFormat) -> IndexEntry {
    var entry = IndexEntry(format: format, shards: [], sessions: [], verdicts: [], envelopes: [])
    var seen: Set<String> = []
    for named in entries {
      entry.sessions += named.entry.sessions
      entry.verdicts += named.entry.verdicts
      entry.setAsides += named.entry.setAsides
      entry.envelopes += named.entry.envelopes.filter { seen.insert($0).inserted }
      // Also what an earlier compaction replaced: a copy may lack the entry in between.
      entry.replaces += [named.name] + named.entry.replaces
    }
    return entry
  }
}

/// When the sessions of a dataset began, and which the exported database had imported.
struct PublishedSessions {
  private var times: [String: Double] = [:]
  private let imported: Set<String>

  /// - Throws: `DatasetError` for the first shard that can't be used.
  init(of dataset: PublishedDataset) throws(DatasetError) {
    imported = try dataset.importedSessions()
    var times: [String: Double] = [:]
    try dataset.forEachRow(of: .sessions, SessionColumn.self) { row throws(DatasetError) in
      times[try row.text(.session)] = try row.number(.startedAt)
    }
    self.times = times
  }

  /// Whether a batch tells of sessions that were imported.
  func areImported(of entry: IndexEntry) -> Bool {
    !imported.isEmpty
      && (entry.sessions.contains { imported.contains($0.uuid) }
        || entry.verdicts.contains { imported.contains($0.session) }
        || entry.setAsides.contains { imported.contains($0.session) })
  }

  /// When the first session that a batch tells of began, in seconds since 1970; 0 if the dataset has none of them.
  func startedAt(of entry: IndexEntry) -> Double {
    let sessions = entry.sessions.map(\.uuid) + entry.verdicts.map(\.session) + entry.setAsides.map(\.session)
    return sessions.compactMap { times[$0] }.min() ?? 0
  }
}
