import Foundation

/// An entry of the index with its path within the dataset.
struct NamedEntry {
  let name: String
  let entry: IndexEntry
}

/// Which entries of an index are read, and which stay beside them because a compaction replaced them.
///
/// An entry names all that it replaces, also what those replaced in their turn, so that it stands for them in a copy that
/// lacks some. It has to hold what those that are there hold, and nothing else if all are.
struct Replacements {
  /// The entries that are read, in order.
  private(set) var live: [NamedEntry] = []
  /// All others, in order.
  private(set) var replaced: [NamedEntry] = []
  /// For the name of a live entry, the entries whose rows it has: those that are there and that no other of them replaced.
  private(set) var origins: [String: [NamedEntry]] = [:]

  /// - Parameters:
  ///   - signed: The names of the entries that a signature stands beside.
  ///   - isInPlace: Whether an entry's shards are all there. One that replaces others takes their place only then.
  /// - Throws: `malformed`, for the entry whose replacing is at fault.
  init(
    of entries: [NamedEntry], signed: Set<String>, isInPlace: (IndexEntry) -> Bool
  ) throws(DatasetError) {
    let known = Dictionary(entries.map { ($0.name, $0.entry) }) { first, _ in first }
    let replacing = entries.filter { !$0.entry.replaces.isEmpty }
    for named in replacing { try Self.checkChain(named, known) }
    let waiting = Set(
      replacing.filter { $0.entry.replaces.allSatisfy { known[$0] != nil } && !isInPlace($0.entry) }.map(\.name))
    let out = waiting.union(replacing.filter { !waiting.contains($0.name) }.flatMap(\.entry.replaces))
    for named in entries {
      if out.contains(named.name) { replaced.append(named) } else { live.append(named) }
    }
    var holders: [String: String] = [:]
    for named in live where !named.entry.replaces.isEmpty {
      for name in named.entry.replaces {
        if let other = holders.updateValue(named.name, forKey: name) {
          throw Self.problem(
            named, "it replaces \(name), as \(other) does; take one of the two and its shards out of the dataset")
        }
        if signed.contains(name), !signed.contains(named.name) {
          throw Self.problem(named, "it replaces \(name), which is signed, and is not signed itself")
        }
      }
      let (own, isComplete) = Self.origins(of: named.entry, known)
      try Contents.check(named, against: own, isComplete: isComplete)
      origins[named.name] = own
    }
  }

  /// - Throws: `malformed` for an entry that replaces itself, directly or by way of another, or leaves out what another
  ///   replaced.
  private static func checkChain(_ named: NamedEntry, _ known: [String: IndexEntry]) throws(DatasetError) {
    let replaces = Set(named.entry.replaces)
    guard !replaces.contains(named.name) else { throw problem(named, "it replaces itself") }
    for name in named.entry.replaces {
      guard let other = known[name] else { continue }
      guard !other.replaces.contains(named.name) else {
        throw problem(named, "it replaces \(name), which replaces it in turn")
      }
      guard let missing = other.replaces.first(where: { !replaces.contains($0) }) else { continue }
      throw problem(named, "it replaces \(name), but not \(missing), which that replaced")
    }
  }

  /// The entries whose rows an entry has to have, and whether none is missing.
  static func origins(
    of entry: IndexEntry, _ known: [String: IndexEntry]
  ) -> (entries: [NamedEntry], isComplete: Bool) {
    var covered: Set<String> = []
    for name in entry.replaces { covered.formUnion(known[name]?.replaces ?? []) }
    let own = entry.replaces.filter { !covered.contains($0) }
    let present = own.compactMap { name in known[name].map { NamedEntry(name: name, entry: $0) } }
    return (present, present.count == own.count)
  }

  fileprivate static func problem(_ named: NamedEntry, _ text: String) -> DatasetError {
    .malformed(name: named.name, line: 1, problem: text)
  }
}

/// What an entry says that its batch holds, counted.
private struct Contents {
  private var sessions: [String: [Int]] = [:]
  private var verdicts: [IndexEntry.Verdict: Int] = [:]
  private var setAsides: [IndexEntry.SetAside: Int] = [:]
  private var envelopes: Set<String> = []
  private var rows: [DatasetTable: Int] = [:]

  init(_ entries: [IndexEntry]) {
    for entry in entries {
      for session in entry.sessions { sessions[session.uuid, default: []].append(session.samples) }
      for verdict in entry.verdicts { verdicts[verdict, default: 0] += 1 }
      for setAside in entry.setAsides { setAsides[setAside, default: 0] += 1 }
      envelopes.formUnion(entry.envelopes)
      for shard in entry.shards {
        if let table = shard.name.table {
          rows[table] = (rows[table] ?? 0).addingReportingOverflow(shard.rows).partialValue
        }
      }
    }
    // An envelope may be in several batches, and is kept once.
    if !envelopes.isEmpty { rows[.envelopes] = envelopes.count }
  }

  /// - Throws: `malformed` for an entry that lacks something of those that it replaces, or has more than all of them.
  static func check(_ named: NamedEntry, against origins: [NamedEntry], isComplete: Bool) throws(DatasetError) {
    let (own, old) = (Contents([named.entry]), Contents(origins.map(\.entry)))
    for origin in origins where origin.entry.format != named.entry.format {
      throw Replacements.problem(named, "it is of another format than \(origin.name), which it replaces")
    }
    if let problem = own.lack(of: old, isComplete: isComplete) ?? (isComplete ? old.excess(of: own) : nil) {
      throw Replacements.problem(named, problem)
    }
  }

  /// What this lacks of the contents of the replaced entries; nil if nothing.
  private func lack(of old: Contents, isComplete: Bool) -> String? {
    for (session, samples) in old.sessions.sorted(by: { $0.key < $1.key })
    where isComplete ? sessions[session]?.sorted() != samples.sorted() : !Self.has(sessions[session] ?? [], samples) {
      return "session \(session) is not there with the samples that it has in what the entry replaces"
    }
    for (verdict, count) in old.verdicts where verdicts[verdict, default: 0] < count {
      return "a verdict on session \(verdict.session) is missing of those in what the entry replaces"
    }
    for (setAside, count) in old.setAsides where setAsides[setAside, default: 0] < count {
      return "that session \(setAside.session) was set aside or restored is missing, and what the entry replaces has it"
    }
    if let hash = old.envelopes.subtracting(envelopes).min() {
      return "the envelope \(hash) is missing, and what the entry replaces has it"
    }
    for table in DatasetTable.allCases {
      let (own, other) = (rows[table] ?? 0, old.rows[table] ?? 0)
      if isComplete ? own != other : own < other {
        return "`\(table.rawValue)` has \(own) rows, and what the entry replaces has \(other)"
      }
    }
    return nil
  }

  /// What other contents have beyond these; nil if nothing.
  private func excess(of new: Contents) -> String? {
    if let session = new.sessions.keys.filter({ sessions[$0] == nil }).min() {
      return "session \(session) is in nothing that the entry replaces"
    }
    if let verdict = new.verdicts.first(where: { verdicts[$0.key, default: 0] < $0.value }) {
      return "a verdict on session \(verdict.key.session) is in nothing that the entry replaces"
    }
    if let setAside = new.setAsides.first(where: { setAsides[$0.key, default: 0] < $0.value }) {
      return "that session \(setAside.key.session) was set aside or restored is in nothing that the entry replaces"
    }
    return new.envelopes.subtracting(envelopes).min().map { "the envelope \($0) is in nothing that the entry replaces" }
  }

  /// Whether a list has each of some numbers, as often.
  private static func has(_ numbers: [Int], _ some: [Int]) -> Bool {
    var left = numbers
    return some.allSatisfy { number in
      guard let index = left.firstIndex(of: number) else { return false }
      left.remove(at: index)
      return true
    }
  }
}

extension IndexEntry {
  /// Whether each shard has a file in a dataset's folder.
  func hasAllShards(in folder: URL) -> Bool {
    shards.allSatisfy { FileManager.default.fileExists(atPath: $0.name.url(in: folder).path) }
  }
}
