import Crypto
import Foundation
import JSON
import Platform
import Store

/// What a dataset holds, by the entries of its folder `index/`.
struct DatasetIndex {
  static let folderName = "index"
  /// Batches that are being written; hidden, so that readers of the folder skip it.
  static let workName = ".export"

  let folder: URL
  /// Those whose batches are read: what others replaced is not among them.
  private(set) var entries: [IndexEntry] = []
  /// The path of each entry within the dataset.
  private(set) var names: [String] = []
  /// The entries that are there and not read, since others replaced them or their own shards are not in place yet.
  private(set) var replaced: [NamedEntry] = []
  /// For the path of an entry that replaces others, those that are there and that no other of them replaced.
  private(set) var origins: [String: [NamedEntry]] = [:]
  /// UUIDs.
  private(set) var sessions: Set<String> = []
  /// Hashes.
  private(set) var envelopes: Set<String> = []
  /// How many verdicts of that session, time and outcome are in the dataset.
  private(set) var verdicts: [IndexEntry.Verdict: Int] = [:]
  private(set) var setAsides: Set<IndexEntry.SetAside> = []
  /// The paths of the entries that a signature stands beside.
  private(set) var signed: Set<String> = []

  /// Reads the entries, oldest first. A missing folder has none.
  ///
  /// - Throws: `file`, `malformed`, also for a shard that two entries name and for an entry that does not hold what it
  ///   replaces, or `hashMismatch` for an entry that was changed.
  init(of folder: URL) throws(DatasetError) {
    self.folder = folder
    let files = folder.appendingPathComponent(Self.folderName)
    guard let found = try? FileManager.default.contentsOfDirectory(atPath: files.path) else { return }
    let all = Set(found)
    var read: [NamedEntry] = []
    for file in found.sorted() where file.hasSuffix(".json") && !file.hasPrefix(".") {
      let name = "\(Self.folderName)/\(file)"
      if all.contains(file + SSHKeygen.fileExtension) { signed.insert(name) }
      try ShardName(index: name).check(in: folder)
      do {
        let value = try JSONValue(parsing: RegularFile.read(files.appendingPathComponent(file).path))
        read.append(NamedEntry(name: name, entry: try IndexEntry(value, name: name)))
      } catch let error as DatasetError {
        throw error
      } catch let error as JSONError {
        throw .malformed(name: name, line: 1, problem: error.description)
      } catch {
        throw .file(name: name, reason: error.localizedDescription)
      }
    }
    let replacements = try Replacements(of: read, signed: signed) { $0.hasAllShards(in: folder) }
    var owners: [ShardName: String] = [:]
    for entry in replacements.live {
      for shard in entry.entry.shards.map(\.name) where shard.table != .envelopes {
        // Else the rows of one batch would pass for those of another, and with its signature.
        if let owner = owners.updateValue(entry.name, forKey: shard) {
          throw .malformed(
            name: entry.name, line: 1,
            problem: "\(shard.path) is a shard of \(owner) already; a shard is of one batch")
        }
      }
      add(entry.entry, named: entry.name)
    }
    replaced = replacements.replaced
    origins = replacements.origins
  }

  /// Whether shards lie in the tables' folders, here or in other copies, whose rows larger ones have.
  var hasReplacements: Bool { !replaced.isEmpty || entries.contains { !$0.replaces.isEmpty } }

  /// Nil for an empty dataset.
  var format: ShardFormat? { entries.first?.format }

  mutating func add(_ entry: IndexEntry, named name: String) {
    entries.append(entry)
    names.append(name)
    sessions.formUnion(entry.sessions.map(\.uuid))
    envelopes.formUnion(entry.envelopes)
    for verdict in entry.verdicts { verdicts[verdict, default: 0] += 1 }
    setAsides.formUnion(entry.setAsides)
  }

  /// The verdicts of a session that the dataset lacks, by their positions in the session's history.
  ///
  /// - Parameters:
  ///   - keys: The history, in the order of recording.
  ///   - outcome: Maps an outcome to its name in the dataset.
  func missing(_ keys: [VerdictKey], of session: String, outcome: (String) -> String) -> [Int] {
    var seen: [IndexEntry.Verdict: Int] = [:]
    return keys.indices.filter { index in
      let key = VerdictKey(recordedAt: keys[index].recordedAt, outcome: outcome(keys[index].outcome))
      let verdict = IndexEntry.Verdict(session: session, key: key)
      seen[verdict, default: 0] += 1
      return seen[verdict, default: 0] > verdicts[verdict, default: 0]
    }
  }
}

extension DatasetIndex {
  /// Adds a batch: its entry first, then its files, so that ``settle()`` can finish what a crash interrupted.
  ///
  /// - Parameters:
  ///   - time: When the batch's first session began.
  ///   - files: Where each shard's bytes are, on the volume of the dataset.
  ///   - signer: Signs the entry; nil leaves it unsigned.
  /// - Throws: `file`, `signing`.
  mutating func commit(
    _ entry: IndexEntry, at time: UTCTime, files: [ShardName: URL], signer: BatchSigner? = nil
  ) throws(DatasetError) {
    let bytes = Array((entry.json.serialized() + "\n").utf8)
    let name = ShardName(
      folder: Self.folderName, prefix: "batch", time: time, hash: SHA256.hexadecimal(of: bytes),
      fileExtension: ".json")
    let target = name.url(in: folder)
    let signature = try signer?.signature(of: bytes)
    do {
      try FileManager.default.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      // Under their names in the work folder, so that `settle` finds them.
      for (name, file) in files { try DurableWrite.move(file, to: Self.work(of: name, in: folder)) }
      if let signature {
        // Before the entry: one that a crash leaves behind alone signs nothing.
        let file = target.lastPathComponent + SSHKeygen.fileExtension
        try DurableWrite.create(file, in: target.deletingLastPathComponent(), signature)
      }
      try DurableWrite.create(target.lastPathComponent, in: target.deletingLastPathComponent(), bytes)
      for name in files.keys {
        try DurableWrite.move(Self.work(of: name, in: folder), to: name.url(in: folder))
      }
    } catch {
      throw .file(name: name.path, reason: error.localizedDescription)
    }
    add(entry, named: name.path)
    if signature != nil { signed.insert(name.path) }
  }

  /// The index of a folder without unfinished batches.
  ///
  /// - Throws: As ``init(of:)`` and ``settle()`` do.
  static func settled(of folder: URL) throws(DatasetError) -> DatasetIndex {
    let index = try DatasetIndex(of: folder)
    try index.settle()
    // A batch that replaces others does so once its shards are in place.
    return index.replaced.isEmpty ? index : try DatasetIndex(of: folder)
  }

  /// Finishes a batch that a crash interrupted after its entry was written, and removes any other unfinished batch.
  ///
  /// - Throws: `file`.
  func settle() throws(DatasetError) {
    let work = folder.appendingPathComponent(Self.workName)
    guard FileManager.default.fileExists(atPath: work.path) else { return }
    do {
      for name in (entries + replaced.map(\.entry)).flatMap(\.shards).map(\.name) {
        let waiting = Self.work(of: name, in: folder)
        if FileManager.default.fileExists(atPath: waiting.path) {
          try DurableWrite.move(waiting, to: name.url(in: folder))
        }
      }
      try FileManager.default.removeItem(at: work)
    } catch {
      throw .file(name: Self.workName, reason: error.localizedDescription)
    }
  }

  private static func work(of name: ShardName, in folder: URL) -> URL {
    folder.appendingPathComponent(workName).appendingPathComponent(name.path)
  }
}
