import Foundation

/// A file of a dataset, by the bytes that it has now.
public struct DatasetFile: Sendable, Hashable {
  /// Relative to the dataset's folder.
  public let path: String
  public let bytes: Int
  /// In hexadecimal digits.
  public let sha256: String
  /// What Git calls a blob of these bytes.
  public let gitBlob: String
  /// Whether its name has its hash, so that it never changes: a shard or an entry of the index.
  public let isImmutable: Bool

  public init(path: String, bytes: Int, sha256: String, gitBlob: String, isImmutable: Bool) {
    self.path = path
    self.bytes = bytes
    self.sha256 = sha256
    self.gitBlob = gitBlob
    self.isImmutable = isImmutable
  }
}

extension PublishedDataset {
  /// The folders whose files never change.
  public static var immutableFolders: [String] { DatasetTable.allCases.map(\.rawValue) + [DatasetIndex.folderName] }

  public func url(of file: DatasetFile) -> URL { folder.appendingPathComponent(file.path) }

  /// All files that the dataset consists of, once each was checked against its name; what else lies in the folder is
  /// none of it.
  ///
  /// - Throws: `file` also where an export has not come to its end, `hashMismatch`.
  public func files() throws(DatasetError) -> [DatasetFile] {
    if FileManager.default.fileExists(atPath: folder.appendingPathComponent(DatasetIndex.workName).path) {
      throw .file(
        name: DatasetIndex.workName, reason: "an export runs or was interrupted; export again before publishing")
    }
    var files: [DatasetFile] = []
    for name in index.entries.flatMap(\.shards).map(\.name) + index.names.map(ShardName.init(index:)) {
      let digest = try FileDigest(of: name.url(in: folder), named: name.path)
      try name.check(sha256: digest.sha256)
      files.append(DatasetFile(path: name.path, digest, isImmutable: true))
    }
    for path in DatasetCard.paths {
      let url = folder.appendingPathComponent(path)
      guard FileManager.default.fileExists(atPath: url.path) else { continue }
      files.append(DatasetFile(path: path, try FileDigest(of: url, named: path), isImmutable: false))
    }
    return files
  }
}

extension DatasetFile {
  fileprivate init(path: String, _ digest: FileDigest, isImmutable: Bool) {
    self.init(
      path: path, bytes: digest.bytes, sha256: digest.sha256, gitBlob: digest.gitBlob, isImmutable: isImmutable)
  }
}
