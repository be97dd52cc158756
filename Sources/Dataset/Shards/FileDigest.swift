import Crypto
import Foundation
import Store

/// What a file's bytes are, read by parts of a mebibyte.
struct FileDigest {
  let bytes: Int
  /// In hexadecimal digits.
  let sha256: String
  /// What Git calls a blob of these bytes: the SHA-1 over a header and them.
  let gitBlob: String

  private static let chunk = 1 << 20

  /// - Throws: `file`.
  init(of url: URL, named name: String) throws(DatasetError) {
    do {
      let file = try FileHandle(forReadingFrom: url)
      defer { try? file.close() }
      let end = try file.seekToEnd()
      try file.seek(toOffset: 0)
      var content = SHA256()
      var blob = Insecure.SHA1()
      blob.update(data: Array("blob \(end)\0".utf8))
      var count = 0
      while let chunk = try file.read(upToCount: Self.chunk), !chunk.isEmpty {
        content.update(data: chunk)
        blob.update(data: chunk)
        count += chunk.count
      }
      bytes = count
      sha256 = content.finalize().hexadecimal
      gitBlob = blob.finalize().hexadecimal
    } catch {
      throw .file(name: name, reason: error.localizedDescription)
    }
  }
}
