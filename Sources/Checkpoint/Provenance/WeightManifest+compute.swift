import Crypto
import Foundation

extension WeightManifest {
  /// Files beside the weights that are part of a manifest where they exist.
  static let otherFiles = ["config.json", "tokenizer.json", "tokenizer_config.json"]

  /// Hashes a folder's files through their mappings: of the weights, exactly the bytes that the folder's tensors show.
  ///
  /// - Parameter isCancelled: Asked every few megabytes.
  /// - Throws: `.unreadable`, `.cancelled`.
  /// - Complexity: O(*n*) in bytes; memory use is constant.
  public init(
    of folder: ModelFolder, isCancelled: () -> Bool = { Task.isCancelled }
  ) throws(CheckpointError) {
    var mapped = folder.weightFiles
    for name in Self.otherFiles {
      let url = folder.url.appendingPathComponent(name)
      if FileManager.default.fileExists(atPath: url.path) { mapped.append(try MappedFile(contentsOf: url)) }
    }
    var files: [File] = []
    for file in mapped {
      files.append(File(name: file.url.lastPathComponent, sha256: try file.sha256(isCancelled: isCancelled)))
    }
    self.init(files: files)
  }
}

extension MappedFile {
  /// The SHA-256 of the contents, in lower-case hexadecimal.
  public func sha256(isCancelled: () -> Bool = { false }) throws(CheckpointError) -> String {
    var hasher = SHA256()
    for start in stride(from: 0, to: count, by: 1 << 23) {
      if isCancelled() { throw .cancelled }
      hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + 1 << 23, count)]))
    }
    return WeightManifest.hexadecimal(hasher.finalize())
  }
}
