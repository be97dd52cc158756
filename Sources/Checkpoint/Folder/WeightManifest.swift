import Crypto
import Foundation
import JSON
import Platform

/// The SHA-256 of every file that decides what a model computes: weights, configuration, tokenizer, and how a conversation
/// becomes a prompt and an answer ends.
public struct WeightManifest: Sendable, Equatable {
  /// One file of the folder.
  public struct File: Sendable, Equatable {
    public let name: String
    /// 64 lower-case hexadecimal digits.
    public let sha256: String
  }

  /// Sorted by name.
  public let files: [File]

  /// The SHA-256 over the tensors, whatever files they are in; nil for a manifest that was read without it.
  ///
  /// It is that of the canonical JSON of `{tensor: [type, shape, sha256]}` over all weight files, with the type as the
  /// safetensors header names it and the SHA-256 of the tensor's bytes, e.g. `{"a.weight":["BF16",[2,3],"ba78…"]}`. So
  /// names and headers of files, shards, the configuration and the tokenizer do not count.
  public let tensors: String?

  /// The SHA-256 of the canonical JSON of `{file name: sha256}`: one line that identifies the model.
  public var hash: String { SHA256.hexadecimal(of: Array(filesJSON.serialized(.canonical).utf8)) }

  init(files: [File], tensors: String? = nil) {
    self.files = files.sorted { $0.name.unicodeScalars.lexicographicallyPrecedes($1.name.unicodeScalars) }
    self.tensors = tensors
  }

  /// Hashes a folder's files through their mappings: of the weights, exactly the bytes that the folder's tensors show.
  /// Each file is read once, for its own hash and for those of its tensors.
  ///
  /// - Parameter isCancelled: Asked every few megabytes.
  /// - Throws: `.unreadable`, `.cancelled`.
  /// - Complexity: O(*n*) in bytes; memory use is constant.
  public init(
    of folder: ModelFolder, isCancelled: () -> Bool = { Task.isCancelled }
  ) throws(CheckpointError) {
    try self.init(
      weights: folder.weightFiles, tensors: folder.tensors.values, in: folder.url, isCancelled: isCancelled)
  }

  /// Hashes weight files with their tensors, and the files beside them.
  init(
    weights: [MappedFile], tensors all: some Collection<TensorView>, in folder: URL, isCancelled: () -> Bool
  ) throws(CheckpointError) {
    var files: [File] = []
    var contents: [(String, JSONValue)] = []
    for file in weights {
      let tensors = all.filter { $0.file === file }.sorted {
        ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
      }
      let hashes = try file.sha256(withParts: tensors.map(\.range), isCancelled: isCancelled)
      files.append(File(name: file.url.lastPathComponent, sha256: hashes.whole))
      for (tensor, hash) in zip(tensors, hashes.parts) {
        let shape = JSONValue.array(tensor.shape.map { .integer($0) })
        contents.append((tensor.name, [.string(tensor.type.rawValue), shape, .string(hash)]))
      }
    }
    for name in Self.otherFiles(in: folder) {
      let url = folder.appendingPathComponent(name)
      guard FileManager.default.fileExists(atPath: url.path) else { continue }
      let hash = try MappedFile(contentsOf: url).sha256(isCancelled: isCancelled)
      files.append(File(name: name, sha256: hash))
    }
    let canonical = JSONValue.object(JSONObject(contents)).serialized(.canonical)
    self.init(files: files, tensors: SHA256.hexadecimal(of: Array(canonical.utf8)))
  }

  /// Files beside the weights that are part of a manifest if they exist: of a model that makes vectors of texts, those that
  /// say how as well.
  static func otherFiles(in folder: URL) -> [String] {
    [
      "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
      "added_tokens.json", "chat_template.jinja", "additional_chat_templates/tool_use.jinja",
    ] + EmbeddingRecipe.fileNames(in: folder)
  }

  /// `{"hash": …, "files": {name: sha256}, "tensors": …}`.
  public var json: JSONValue {
    var object = JSONObject([("hash", .string(hash)), ("files", filesJSON)])
    object["tensors"] = tensors.map { .string($0) }
    return .object(object)
  }

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
      files.append(File(name: member.name, sha256: try Self.hash(member.value, "files.\(member.name)", file)))
    }
    let stated = value["tensors"] ?? .null
    self.init(files: files, tensors: stated == .null ? nil : try Self.hash(stated, "tensors", file))
    guard value["hash"]?.string == hash else {
      throw .field(file: file, name: "hash", problem: "is not the hash of the files listed beside it")
    }
  }

  private static func hash(_ value: JSONValue, _ name: String, _ file: String) throws(CheckpointError) -> String {
    guard let text = value.string, text.isSHA256 else {
      throw .field(file: file, name: name, problem: "is not a SHA-256 in lower-case hexadecimal")
    }
    return text
  }
}

extension MappedFile {
  /// The SHA-256 of the contents, in lower-case hexadecimal.
  ///
  /// - Throws: `.cancelled`.
  public func sha256(isCancelled: () -> Bool = { false }) throws(CheckpointError) -> String {
    var hasher = SHA256()
    try forEachPiece(of: 0..<count, atMost: 1 << 23) { piece throws(CheckpointError) in
      if isCancelled() { throw .cancelled }
      hasher.update(bufferPointer: piece)
    }
    return hasher.finalize().hexadecimal
  }

  /// The SHA-256 of the contents and of each of these ascending ranges within them, which do not overlap.
  ///
  /// - Throws: `.cancelled`.
  func sha256(
    withParts ranges: [Range<Int>], isCancelled: () -> Bool
  ) throws(CheckpointError) -> (whole: String, parts: [String]) {
    var whole = SHA256()
    // In steps that stay in the processor's cache from one hash to the other.
    func read(_ range: Range<Int>, also part: inout SHA256) throws(CheckpointError) {
      try forEachPiece(of: range, atMost: 1 << 18) { piece throws(CheckpointError) in
        if isCancelled() { throw .cancelled }
        whole.update(bufferPointer: piece)
        part.update(bufferPointer: piece)
      }
    }
    var parts: [String] = []
    var position = 0
    for range in ranges {
      var unused = SHA256()
      try read(position..<range.lowerBound, also: &unused)
      var part = SHA256()
      try read(range, also: &part)
      parts.append(part.finalize().hexadecimal)
      position = range.upperBound
    }
    var unused = SHA256()
    try read(position..<count, also: &unused)
    return (whole.finalize().hexadecimal, parts)
  }
}
