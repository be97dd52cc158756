import Foundation
import JSON
import Platform

/// A file of a dataset with the hashes of its bytes.
public struct DatasetFile: Sendable, Hashable {
  /// Relative to the dataset's folder.
  public let path: String
  public let bytes: Int
  /// In hexadecimal digits.
  public let sha256: String
  /// Git's name of a blob of these bytes.
  public let gitBlob: String
  /// Whether its name contains its hash, so that it never changes: a shard or an entry of the index.
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

  /// The files that the dataset consists of, each checked against its name. Other files in the folder are ignored.
  ///
  /// - Throws: `file` also if an export has not come to its end, `hashMismatch`.
  public func files() throws(DatasetError) -> [DatasetFile] {
    if FileManager.default.fileExists(atPath: folder.appendingPathComponent(DatasetIndex.workName).path) {
      throw .file(
        name: DatasetIndex.workName, reason: "an export runs or was interrupted; export again before publishing")
    }
    var files: [DatasetFile] = []
    var seen: Set<ShardName> = []
    let names = index.entries.flatMap(\.shards).map(\.name) + index.names.map(ShardName.init(index:))
    // What was replaced stays published where it is; who has only the new shards has all rows.
    let replaced = index.replaced.flatMap { $0.entry.shards.map(\.name) + [ShardName(index: $0.name)] }
      .filter { FileStatus(ofNameAt: $0.url(in: folder).path) != nil }
    for name in names + replaced where seen.insert(name).inserted {
      try checkOwn(name.path)
      let digest = try FileDigest(of: name.url(in: folder), named: name.path)
      try name.check(sha256: digest.sha256)
      files.append(DatasetFile(path: name.path, digest, isImmutable: true))
    }
    // No name has a signature's hash, but it is of an entry that never changes.
    for path in index.signed.sorted().map({ $0 + SSHKeygen.fileExtension }) {
      try checkOwn(path)
      let digest = try FileDigest(of: folder.appendingPathComponent(path), named: path)
      files.append(DatasetFile(path: path, digest, isImmutable: true))
    }
    for path in DatasetCard.paths {
      let url = folder.appendingPathComponent(path)
      guard FileStatus(ofNameAt: url.path) != nil else { continue }
      try checkOwn(path)
      files.append(DatasetFile(path: path, try FileDigest(of: url, named: path), isImmutable: false))
    }
    return files
  }

  /// Refuses a file that is a link or lies in a folder that is one: what it leads to may be anything on this machine, and
  /// would be published.
  ///
  /// - Parameter path: Relative to the dataset's folder, which may be a link itself: its user named it.
  private func checkOwn(_ path: String) throws(DatasetError) {
    var place = folder.path
    for part in path.split(separator: "/") {
      place += "/" + part
      guard let status = FileStatus(ofNameAt: place), !status.isRegular, !status.isFolder else { continue }
      throw .file(
        name: path,
        reason: "it is reached through \(status.kind.rawValue), and only files of the dataset itself are published")
    }
  }
}

extension DatasetFile {
  fileprivate init(path: String, _ digest: FileDigest, isImmutable: Bool) {
    self.init(
      path: path, bytes: digest.bytes, sha256: digest.sha256, gitBlob: digest.gitBlob, isImmutable: isImmutable)
  }
}

/// A file of a repository, as the hub lists it.
struct RemoteFile: Equatable {
  let path: String
  let bytes: Int
  /// Of a large file's content, which the hub keeps apart from Git, in hexadecimal digits.
  let sha256: String?
  /// Git's name of the content, or of a large file's pointer.
  let gitBlob: String?

  /// Whether it has the bytes of a file, as far as the listing tells.
  func matches(_ file: DatasetFile) -> Bool {
    guard path == file.path, bytes == file.bytes else { return false }
    if let sha256 { return sha256 == file.sha256 }
    return gitBlob.map { $0 == file.gitBlob } ?? true
  }
}

extension RemoteFile {
  /// The files of a listing that `hf datasets ls REPO -R --json` printed; an empty repository prints nothing.
  ///
  /// - Throws: `malformedListing`.
  static func all(in listing: [UInt8]) throws(PublishError) -> [String: RemoteFile] {
    guard listing.contains(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else { return [:] }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: listing)
    } catch {
      throw .malformedListing(error.description)
    }
    guard let items = value.array else { throw .malformedListing("it is no array") }
    var files: [String: RemoteFile] = [:]
    for item in items {
      guard let path = item["path"]?.string else { throw .malformedListing("an item lacks its path") }
      // Folders have none.
      guard let bytes = item["size"]?.integer else { continue }
      files[path] = RemoteFile(
        path: path, bytes: bytes, sha256: item["lfs"]?["sha256"]?.string, gitBlob: item["blob_id"]?.string)
    }
    return files
  }
}
