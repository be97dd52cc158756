import Foundation
import JSON
import TestSupport
import Testing

/// One way of making vectors, and what sentence-transformers made. The files in Golden/embedders say by which command.
struct EmbeddingGolden: CustomTestStringConvertible {
  let model: String
  let files: JSONObject
  let prompt: String?
  let dimensions: Int?
  let vectors: [[Double]]

  static let texts = (read("tiny-bert")["texts"]?.array ?? []).compactMap(\.string)
  static let all = TinyEmbedder.names.flatMap { name in
    (read(name)["cases"]?.array ?? []).map { EmbeddingGolden($0, of: name) }
  }

  private static func read(_ name: String) -> JSONValue {
    (try? JSONValue(parsing: Data(contentsOf: TinyEmbedder.golden(name)))) ?? .null
  }

  private init(_ json: JSONValue, of model: String) {
    self.model = model
    files = json["files"]?.object ?? JSONObject()
    prompt = json["prompt"]?.string
    dimensions = json["dimensions"]?.integer
    vectors = (json["vectors"]?.array ?? []).map { ($0.array ?? []).compactMap(\.number) }
  }

  var testDescription: String {
    let steps = files.members.filter { $0.name.hasSuffix("/config.json") }.map { $0.value.serialized() }
    return
      "\(model), \(steps.joined(separator: " ")), \(prompt ?? "no prompt"), \(dimensions.map(String.init) ?? "whole")"
  }

  func folder() throws -> TemporaryFolder {
    let folder = try TinyEmbedder.copy(model)
    for file in files.members { try folder.write(Array(file.value.serialized().utf8), to: file.name) }
    return folder
  }
}
