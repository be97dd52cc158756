import Foundation

/// The dataset's folder.
struct ShardFolder {
  let root: URL

  /// Writes a shard unless the folder has it already, from whatever revision of the program.
  ///
  /// - Throws: `file`, or `hashMismatch` and `malformed` for a file that may be the shard.
  func add(_ shard: Shard, to report: inout ExportReport) throws(DatasetError) {
    let folder = root.appendingPathComponent(shard.kind.rawValue, isDirectory: true)
    if let name = try existing(shard, in: folder) {
      report.unchanged.append("\(shard.kind.rawValue)/\(name)")
      return
    }
    let bytes = shard.bytes
    let name = shard.name(for: bytes)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try DurableWrite.create(name, in: folder, bytes)
    } catch {
      throw .file(name: name, reason: error.localizedDescription)
    }
    report.written.append("\(shard.kind.rawValue)/\(name)")
  }

  private func existing(_ shard: Shard, in folder: URL) throws(DatasetError) -> String? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names.sorted() where shard.mayBeNamed(name) {
      guard let first = try ShardFile.rows(of: folder.appendingPathComponent(name)).first else { continue }
      if shard.isIdentified(by: first) { return name }
    }
    return nil
  }
}
