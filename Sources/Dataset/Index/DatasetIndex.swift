import Foundation
import JSON
import Store

/// What a dataset's folder holds, by the entries of its folder `index/`.
struct DatasetIndex {
  static let folderName = "index"
  /// Batches that are being written; hidden, so that readers of the folder skip it.
  static let workName = ".export"

  let folder: URL
  private(set) var entries: [IndexEntry] = []
  /// Of each entry, its path within the dataset.
  private(set) var names: [String] = []
  private(set) var sessions: Set<String> = []
  private(set) var envelopes: Set<String> = []
  /// How often a verdict of that session, time and outcome is in the dataset.
  private(set) var verdicts: [IndexEntry.Verdict: Int] = [:]

  /// Reads the entries, oldest first; a folder that is not there has none.
  ///
  /// - Throws: `file`, `malformed`, or `hashMismatch` for an entry that was changed.
  init(of folder: URL) throws(DatasetError) {
    self.folder = folder
    let files = folder.appendingPathComponent(Self.folderName)
    guard let found = try? FileManager.default.contentsOfDirectory(atPath: files.path) else { return }
    for file in found.sorted() where file.hasSuffix(".json") && !file.hasPrefix(".") {
      let name = "\(Self.folderName)/\(file)"
      try ShardName(index: name).check(in: folder)
      do {
        let value = try JSONValue(parsing: [UInt8](Data(contentsOf: files.appendingPathComponent(file))))
        add(try IndexEntry(value, name: name), named: name)
      } catch let error as DatasetError {
        throw error
      } catch let error as JSONError {
        throw .malformed(name: name, line: 1, problem: error.description)
      } catch {
        throw .file(name: name, reason: error.localizedDescription)
      }
    }
  }

  var format: ShardFormat? { entries.first?.format }

  mutating func add(_ entry: IndexEntry, named name: String) {
    entries.append(entry)
    names.append(name)
    sessions.formUnion(entry.sessions.map(\.uuid))
    envelopes.formUnion(entry.envelopes)
    for verdict in entry.verdicts { verdicts[verdict, default: 0] += 1 }
  }

  /// The verdicts of a session that the dataset lacks, by their positions in its history.
  ///
  /// - Parameter outcome: What the dataset calls an outcome.
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

extension ShardName {
  /// The name of an entry of the index.
  init(index path: String) { self.path = path }
}
