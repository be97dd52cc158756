import Crypto
import Foundation
import Platform
import Store

/// Tells one state of a model folder's files from another, without reading them.
///
/// It changes when a file is replaced, written or renamed. It does not prove what the weights are: only hashing does.
public struct FolderStamp: Sendable, Equatable {
  struct File: Equatable {
    let name: String
    let device, inode: UInt64
    let size, seconds, nanoseconds: Int
  }

  /// By name.
  private let files: [File]

  init(files: [File]) { self.files = files }

  /// Of the files that decide what a model computes, whatever engine serves it.
  private static let suffixes = [".safetensors", ".gguf", ".json", ".jinja"]

  /// The state of the folder now; of files that cannot be asked about, nothing.
  public init(of folder: URL) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    files = names.filter { name in Self.suffixes.contains(where: name.hasSuffix) }.sorted()
      .compactMap { name in
        var facts = stat()
        guard stat(folder.appendingPathComponent(name).path, &facts) == 0 else { return nil }
        #if canImport(Darwin)
          let time = facts.st_mtimespec
        #else
          let time = facts.st_mtim
        #endif
        return File(
          name: name, device: UInt64(truncatingIfNeeded: facts.st_dev), inode: UInt64(facts.st_ino),
          size: Int(facts.st_size), seconds: time.tv_sec, nanoseconds: time.tv_nsec)
      }
  }

  /// The names of the files in which the two states differ, sorted.
  public func changes(since earlier: FolderStamp) -> [String] {
    let names = Set((files + earlier.files).map(\.name))
    return names.filter { name in files.first { $0.name == name } != earlier.files.first { $0.name == name } }.sorted()
  }

  /// The state as 64 hexadecimal digits, for storing.
  public var digest: String {
    let text = files.map {
      "\($0.name)\n\($0.device) \($0.inode) \($0.size) \($0.seconds) \($0.nanoseconds)\n"
    }.joined()
    return SHA256.hexadecimal(of: Array(text.utf8))
  }
}
