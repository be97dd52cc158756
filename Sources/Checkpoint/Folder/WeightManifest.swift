import Crypto
import Foundation
import JSON
import Platform

/// The SHA-256 of every file that decides what a model computes: weights, configuration, tokenizer.
public struct WeightManifest: Sendable, Equatable {
  /// One file of the folder.
  public struct File: Sendable, Equatable {
    public let name: String
    /// 64 lower-case hexadecimal digits.
    public let sha256: String
  }

  /// Sorted by name.
  public let files: [File]

  /// The SHA-256 of the canonical JSON of `{file name: sha256}`: one line that identifies the model.
  public var hash: String { SHA256.hexadecimal(of: Array(filesJSON.serialized(.canonical).utf8)) }

  init(files: [File]) {
    self.files = files.sorted { $0.name.unicodeScalars.lexicographicallyPrecedes($1.name.unicodeScalars) }
  }

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

  /// Files beside the weights that are part of a manifest if they exist.
  private static let otherFiles = ["config.json", "tokenizer.json", "tokenizer_config.json"]

  /// `{"hash": …, "files": {name: sha256}}`.
  public var json: JSONValue { ["hash": .string(hash), "files": filesJSON] }

  private var filesJSON: JSONValue { .object(JSONObject(files.map { ($0.name, .string($0.sha256)) })) }

  /// Reads what `json` returns.
  ///
  /// - Parameter file: Where the value came from, for messages.
  /// - Throws: `.field` if a member is malformed, or the hash does not belong to the files.
  public init(parsing value: JSONValue, file: String) throws(CheckpointError) {
    guard let members = value["files"]?.object?.members else {
      throw .field(file: file, name: "files", problem: "is missing or not an object")
    }
    var files: [File] = []
    for member in members {
      guard let text = member.value.string, text.utf8.count == 64,
        text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
      else {
        throw .field(file: file, name: "files.\(member.name)", problem: "is not a SHA-256 in lower-case hexadecimal")
      }
      files.append(File(name: member.name, sha256: text))
    }
    self.init(files: files)
    guard value["hash"]?.string == hash else {
      throw .field(file: file, name: "hash", problem: "is not the hash of the files listed beside it")
    }
  }
}

extension MappedFile {
  /// The SHA-256 of the contents, in lower-case hexadecimal.
  ///
  /// - Throws: `.cancelled`.
  public func sha256(isCancelled: () -> Bool = { false }) throws(CheckpointError) -> String {
    var hasher = SHA256()
    for start in stride(from: 0, to: count, by: 1 << 23) {
      if isCancelled() { throw .cancelled }
      hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + 1 << 23, count)]))
    }
    return hasher.finalize().hexadecimal
  }
}
