import JSON

/// A file of a repository, as the hub lists it.
struct RemoteFile: Equatable {
  let path: String
  let bytes: Int
  /// Of the content where the hub keeps it apart from Git, in hexadecimal digits.
  let sha256: String?
  /// Git's name of the content, or of what stands for it where that is kept apart.
  let gitBlob: String?

  /// Whether it has the bytes of that file, as far as the listing tells.
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
