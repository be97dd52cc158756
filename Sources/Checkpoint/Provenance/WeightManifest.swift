import Crypto
import JSON

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
  public var hash: String {
    Self.hexadecimal(SHA256.hash(data: Array(filesJSON.serialized(.canonical).utf8)))
  }

  init(files: [File]) {
    self.files = files.sorted { $0.name.unicodeScalars.lexicographicallyPrecedes($1.name.unicodeScalars) }
  }

  var filesJSON: JSONValue { .object(JSONObject(files.map { ($0.name, .string($0.sha256)) })) }

  static func hexadecimal(_ digest: SHA256.Digest) -> String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
