import Platform

/// The bytes of a file that is taken for a registry or a source file.
enum DocumentBytes {
  /// Far above any registry or source file: what is larger was named by mistake.
  static let sizeLimit = 16 << 20

  /// - Throws: `RegistryError.file` if it can't be read, is no regular file or is larger than ``sizeLimit``.
  static func read(_ path: String) throws(RegistryError) -> [UInt8] {
    let file = try RegistryError.converting(OpenFile(path, .reading))
    guard try RegistryError.converting(file.status()).isRegular else { throw .file(path: path, .notARegularFile) }
    let bytes = try RegistryError.converting(file.read(upTo: sizeLimit + 1))
    guard bytes.count <= sizeLimit else { throw .file(path: path, .tooLarge(limit: sizeLimit)) }
    return bytes
  }

  /// The same, or nil if nothing has the file's name: a link that leads nowhere is a file that can't be read.
  static func readIfPresent(_ path: String) throws(RegistryError) -> [UInt8]? {
    do throws(RegistryError) {
      return try read(path)
    } catch {
      if case .file(_, .notFound) = error, FileStatus(ofNameAt: path) == nil { return nil }
      throw error
    }
  }
}
