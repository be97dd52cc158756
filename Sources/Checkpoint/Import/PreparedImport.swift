import Foundation
import JSON

/// A GGUF file whose every part was matched with what it becomes; only the bytes remain to be moved.
struct PreparedImport {
  let source: GGUFFile
  let config: ModelConfig
  let tokenizer: GGUFTokenizer
  let plan: ImportPlan

  init(_ source: GGUFFile) throws(CheckpointError) {
    self.source = source
    var json: JSONObject
    let family: GGUFFamily
    do throws(GGUFProblem) {
      family = try Self.family(of: source)
      tokenizer = try GGUFTokenizer(source)
      json = try source.configJSON(family: family, tokenizer: tokenizer)
    } catch {
      throw .gguf(file: source.url.path, error)
    }
    let plain = try ModelConfig(parsing: .object(json), file: source.url.path)
    do throws(GGUFProblem) {
      plan = try ImportPlan(source, family: family, config: plain)
    } catch {
      throw .gguf(file: source.url.path, error)
    }
    json["quantization"] = plan.quantization?.json
    config = try ModelConfig(parsing: .object(json), file: source.url.path)
  }

  private static func family(of source: GGUFFile) throws(GGUFProblem) -> GGUFFamily {
    let name = try source.string("general.architecture")
    guard let family = GGUFFamily.all.first(where: { $0.architecture == name }) else {
      throw .unsupported(
        field: "general.architecture", value: name, supported: GGUFFamily.all.map(\.architecture))
    }
    return family
  }

  /// The folder's text files by name.
  var texts: [(name: String, text: String)] {
    [
      ("config.json", JSONValue.object(config.json).serialized(.pretty)),
      ("generation_config.json", JSONValue.object(tokenizer.specialTokenIDs).serialized(.pretty)),
      ("tokenizer.json", tokenizer.tokenizerText),
      (
        "tokenizer_config.json",
        tokenizer.tokenizerConfig(contextLength: config.maxPositionEmbeddings).serialized(.pretty)
      ),
    ]
  }
}
