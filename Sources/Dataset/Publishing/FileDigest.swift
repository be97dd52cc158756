import Crypto
import Foundation
import Platform

/// What identifies a file's bytes to a hub, in lower-case hexadecimal digits.
struct FileDigest {
  let bytes: Int
  let sha256: String
  /// Git's name of a blob of these bytes: the SHA-1 of a header and the bytes.
  let gitBlob: String

  /// - Throws: `file`.
  init(of url: URL, named name: String) throws(DatasetError) {
    do {
      let size = try RegularFile.handle(forReading: url.path).seekToEnd()
      var content = SHA256()
      var blob = Insecure.SHA1()
      blob.update(data: Array("blob \(size)\0".utf8))
      var count = 0
      try FileHandle.forEachPart(ofFileAt: url) { part in
        content.update(data: part)
        blob.update(data: part)
        count += part.count
      }
      bytes = count
      sha256 = content.finalize().hexadecimal
      gitBlob = blob.finalize().hexadecimal
    } catch {
      throw .file(name: name, reason: error.localizedDescription)
    }
  }
}
