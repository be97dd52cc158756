import Foundation

/// The tiny embedders that `scripts/make-embedders.py` makes, with files that say how vectors are made of texts.
public enum TinyEmbedder {
  private static let goldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("NativeEngineTests/Golden/embedders")

  /// One of each family.
  public static let names = ["tiny-bert", "tiny-qwen3", "tiny-gemma3", "tiny-modernbert", "tiny-xlm-roberta"]

  /// The vectors of sentence-transformers, and the files by which it made them.
  public static func golden(_ name: String) -> URL { goldens.appendingPathComponent("\(name).json") }

  /// A copy in a folder of its own, without such files.
  public static func copy(_ name: String = "tiny-bert") throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let source = goldens.appendingPathComponent(name)
    for name in try FileManager.default.contentsOfDirectory(atPath: source.path) {
      try FileManager.default.copyItem(at: source.appendingPathComponent(name), to: folder(name))
    }
    return folder
  }

  /// A copy that is pooled by the mean and normalized.
  public static func complete(_ name: String = "tiny-bert") throws -> TemporaryFolder {
    let folder = try copy(name)
    for (name, text) in files { try folder.write(Array(text.utf8), to: name) }
    return folder
  }

  /// The same with other weights: two models of the same tensors are not compared.
  public static func other() throws -> TemporaryFolder {
    let folder = try complete()
    let file = folder("model.safetensors")
    var bytes = [UInt8](try Data(contentsOf: file))
    bytes[bytes.count - 2] ^= 1
    try Data(bytes).write(to: file)
    return folder
  }

  /// Mean pooling, normalized, 18 tokens, and a prompt for queries.
  public static let files = [
    "modules.json": """
    [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
     {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
     {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]
    """,
    "1_Pooling/config.json": #"{"word_embedding_dimension": 16, "pooling_mode_mean_tokens": true}"#,
    "sentence_bert_config.json": #"{"max_seq_length": 18, "do_lower_case": false}"#,
    "config_sentence_transformers.json": #"{"prompts": {"query": "query: "}}"#,
  ]
}
