/// What a publication adds to a repository.
public struct PublishPlan: Sendable, Equatable {
  /// What the repository lacks, and documents that have changed.
  public let uploads: [DatasetFile]
  /// Files that the repository has as they are here.
  public let unchanged: Int
  /// Shards and index entries of the repository that the folder lacks: those of other hosts.
  public let foreign: [String]
  /// Documents that differ and are left as they are, since those here don't know of the foreign shards.
  public let kept: [String]

  /// - Throws: `conflict` where the repository has other bytes under a name that promises these.
  init(_ local: [DatasetFile], beside remote: [String: RemoteFile]) throws(PublishError) {
    let conflicts = local.filter { file in
      file.isImmutable && remote[file.path].map { !$0.matches(file) } ?? false
    }
    guard conflicts.isEmpty else { throw .conflict(paths: conflicts.map(\.path).sorted()) }
    let known = Set(local.map(\.path))
    foreign = remote.keys.filter { path in
      !known.contains(path) && PublishedDataset.immutableFolders.contains { path.hasPrefix("\($0)/") }
    }.sorted()
    let missing = local.filter { file in remote[file.path].map { !$0.matches(file) } ?? true }
    let hasForeign = !foreign.isEmpty
    let isKept = { (file: DatasetFile) in hasForeign && !file.isImmutable && remote[file.path] != nil }
    uploads = missing.filter { !isKept($0) }.sorted { $0.path < $1.path }
    kept = missing.filter(isKept).map(\.path).sorted()
    unchanged = local.count - missing.count
  }

  public var bytes: Int { uploads.reduce(0) { $0 + $1.bytes } }
}
