import Foundation
import JSON

/// How a folder's weights were made: the contents of `resident-lane.json`.
public struct LaneRecord: Sendable, Equatable {
  /// What the weights were made from.
  public enum Source: Sendable, Equatable {
    /// Another folder, by the hash of its `WeightManifest`.
    case manifest(hash: String)
    /// A GGUF file, by name and SHA-256.
    case gguf(name: String, sha256: String)
  }

  /// For example `uniform` or `bf16`; `imported` for a folder that keeps the codes of its source.
  public let lane: String
  /// The lane's default format, nil if nothing is quantized or the codes are the source's.
  public let format: QuantizationFormat?
  public let source: Source
  /// What the formats were chosen by, e.g. the sensitivities of a mixed lane; nil if there was no choice.
  public let evidence: JSONValue?
  /// What to know before the lane is compared, nil if there is nothing.
  public let caveats: LaneCaveats?

  /// The file's name in a model folder.
  public static let fileName = "resident-lane.json"

  public var json: JSONValue {
    var object = JSONObject([("schema", 1), ("lane", .string(lane))])
    object["quantization"] = format?.json
    object["source"] =
      switch source {
      case .manifest(let hash): ["manifest": .string(hash)]
      case .gguf(let name, let sha256): ["file": .string(name), "sha256": .string(sha256)]
      }
    object["caveats"] = caveats?.json
    object["evidence"] = evidence
    return .object(object)
  }

  init(
    lane: String, format: QuantizationFormat?, source: Source, caveats: LaneCaveats? = nil, evidence: JSONValue? = nil
  ) {
    (self.lane, self.format, self.source) = (lane, format, source)
    (self.caveats, self.evidence) = (caveats, evidence)
  }

  /// The record of a folder, nil if it has none.
  ///
  /// - Throws: `.unreadable`, `.json`, or `.field` with the malformed member.
  static func read(in folder: URL) throws(CheckpointError) -> LaneRecord? {
    let file = folder.appendingPathComponent(fileName)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    return try LaneRecord(parsing: JSONValue(contentsOf: file), file: file.path)
  }

  /// Reads what `json` returns.
  ///
  /// - Parameter file: Where the value came from, for messages.
  /// - Throws: `.field` with the malformed member.
  public init(parsing value: JSONValue, file: String) throws(CheckpointError) {
    let fields = ConfigFields(value: value, file: file)
    guard value["schema"]?.integer == 1 else { throw fields.error("schema", "is not 1") }
    lane = try fields.string("lane")
    format = try value["quantization"].map { section throws(CheckpointError) in
      try QuantizationConfig(parsing: section, field: "quantization", file: file).default
    }
    evidence = value["evidence"]
    caveats = try value["caveats"].map { section throws(CheckpointError) in
      try LaneCaveats(parsing: section, file: file)
    }
    let source = ConfigFields(value: value["source"] ?? .null, file: file)
    self.source =
      source.has("manifest")
      ? .manifest(hash: try source.string("manifest"))
      : .gguf(name: try source.string("file"), sha256: try source.string("sha256"))
  }
}
