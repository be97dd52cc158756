import Crypto
import Foundation
import JSON
import Store

extension DatasetIndex {
  /// Publishes a batch: its entry first, then its files, so that what a crash interrupts can be brought to its end.
  ///
  /// - Parameter files: Where each shard's bytes are, on the volume of the dataset.
  /// - Throws: `file`.
  mutating func commit(
    _ entry: IndexEntry, at time: UTCTime, files: [ShardName: URL]
  ) throws(DatasetError) {
    let bytes = Array((entry.json.serialized() + "\n").utf8)
    let name = ShardName(
      folder: Self.folderName, prefix: "batch", time: time, hash: SHA256.hexadecimal(of: bytes),
      fileExtension: ".json")
    let target = name.url(in: folder)
    do {
      try FileManager.default.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      // Under their names in the work folder, so that `settle` finds them.
      for (name, file) in files { try DurableWrite.move(file, to: Self.work(of: name, in: folder)) }
      try DurableWrite.create(target.lastPathComponent, in: target.deletingLastPathComponent(), bytes)
      for name in files.keys {
        try DurableWrite.move(Self.work(of: name, in: folder), to: name.url(in: folder))
      }
    } catch {
      throw .file(name: name.path, reason: error.localizedDescription)
    }
    add(entry, named: name.path)
  }

  /// Brings a batch to its end that a crash interrupted after its entry was written, and drops what was begun.
  ///
  /// - Throws: `file`.
  func settle() throws(DatasetError) {
    let work = folder.appendingPathComponent(Self.workName)
    guard FileManager.default.fileExists(atPath: work.path) else { return }
    do {
      for name in entries.flatMap(\.shards).map(\.name) {
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
