import Foundation
import TestSupport
import Testing

@testable import Checkpoint

@Suite("Embedding recipes")
struct EmbeddingRecipeTests {
  private func recipe(_ changes: [String: String?] = [:]) throws -> EmbeddingRecipe {
    let folder = try TemporaryFolder()
    try folder.write(Array("{}".utf8), to: "config.json")
    for (name, text) in TinyEmbedder.files.merging(changes.compactMapValues { $0 }, uniquingKeysWith: { $1 }) {
      if case .some(nil) = changes[name] { continue }
      try folder.write(Array(text.utf8), to: name)
    }
    return try EmbeddingRecipe(contentsOf: folder.url, hiddenSize: 16)
  }

  @Test("A recipe is what the files say")
  func plain() throws {
    let recipe = try recipe()
    #expect(recipe.pooling == .mean && recipe.poolsPrompt && recipe.isNormalized && recipe.projections.isEmpty)
    #expect(recipe.maximumTokens == 18 && recipe.dimension == 16 && recipe.similarity == .cosine)
    #expect(recipe.prompts == ["query": "query: "] && recipe.defaultPrompt == nil && recipe.matryoshka.isEmpty)
    #expect(try recipe.prompt(named: nil) == "" && recipe.prompt(named: "query") == "query: ")
  }

  @Test("Newer files say the same in another form, and more")
  func newer() throws {
    let recipe = try recipe([
      "1_Pooling/config.json": #"{"embedding_dimension": 16, "pooling_mode": "lasttoken", "include_prompt": false}"#,
      "config_sentence_transformers.json":
        #"{"prompts": {"query": "q ", "document": ""}, "default_prompt_name": "query", "similarity_fn_name": "dot"}"#,
      "config.json": #"{"matryoshka_dimensions": [16, 4, 8]}"#, "sentence_bert_config.json": nil,
    ])
    #expect(recipe.pooling == .last && !recipe.poolsPrompt && recipe.similarity == .dot && recipe.maximumTokens == nil)
    #expect(try recipe.prompt(named: nil) == "q " && recipe.prompt(named: "") == "")
    #expect(recipe.matryoshka == [4, 8])
  }

  @Test(
    "What is missing, contradictory or not computed here is refused by the name of its file",
    arguments: [
      ("modules.json", "[]", "modules.json"), ("modules.json", "{}", "modules.json"),
      ("modules.json", #"[{"path": "", "type": "a.Transformer"}]"#, "no Pooling"),
      ("modules.json", #"[{"path": "", "type": "a.BoW"}, {"path": "1_Pooling", "type": "a.Pooling"}]"#, "BoW"),
      ("modules.json", #"[{"path": "", "type": "a.Transformer"}, {"path": "../x", "type": "a.Pooling"}]"#, "../x"),
      (
        "modules.json",
        #"[{"path": "", "type": "a.Transformer"}, {"path": "1_Pooling", "type": "a.Pooling"}, {"path": "", "type": "a.LSTM"}]"#,
        "LSTM"
      ),
      ("1_Pooling/config.json", "{}", "dimension"),
      ("1_Pooling/config.json", #"{"word_embedding_dimension": 8, "pooling_mode_mean_tokens": true}"#, "8"),
      ("1_Pooling/config.json", #"{"word_embedding_dimension": 16}"#, "pooling_mode"),
      (
        "1_Pooling/config.json",
        #"{"word_embedding_dimension": 16, "pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true}"#, "2 ways"
      ),
      ("1_Pooling/config.json", #"{"embedding_dimension": 16, "pooling_mode": "median"}"#, "pooling_mode"),
      ("1_Pooling/config.json", #"{"embedding_dimension": 16, "pooling_mode": ["mean", "max"]}"#, "pooling_mode"),
      ("sentence_bert_config.json", #"{"max_seq_length": 0}"#, "max_seq_length"),
      ("sentence_bert_config.json", #"{"max_seq_length": 8, "do_lower_case": true}"#, "do_lower_case"),
      ("config_sentence_transformers.json", #"{"prompts": []}"#, "prompts"),
      ("config_sentence_transformers.json", #"{"prompts": {"query": 1}}"#, "prompts.query"),
      ("config_sentence_transformers.json", #"{"default_prompt_name": "query"}"#, "default_prompt_name"),
      ("config_sentence_transformers.json", #"{"similarity_fn_name": "euclidean"}"#, "euclidean"),
      ("config.json", #"{"matryoshka_dimensions": [32]}"#, "matryoshka_dimensions"),
    ])
  func refused(name: String, text: String, word: String) throws {
    let error = #expect(throws: CheckpointError.self) { try recipe([name: text]) }
    #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
  }

  @Test("A folder of the pooling that is missing is named")
  func missingPooling() throws {
    let error = #expect(throws: CheckpointError.self) { try recipe(["1_Pooling/config.json": nil]) }
    #expect(error?.description.contains("1_Pooling/config.json") == true)
  }

  @Test("A manifest covers the files that say how vectors are made, and no name leads out of the folder")
  func manifest() throws {
    let folder = try TinyEmbedder.complete()
    let before = try WeightManifest(of: ModelFolder(contentsOf: folder.url))
    #expect(Set(before.files.map(\.name)).isSuperset(of: TinyEmbedder.files.keys))
    let hashes = try WeightManifest.currentHashes(of: folder.url, including: ["../config.json", "/etc/passwd"])
    #expect(Set(hashes.keys) == Set(before.files.map(\.name)))
    #expect(before.files.allSatisfy { hashes[$0.name] == $0.sha256 })
    try folder.write(
      Array(#"{"word_embedding_dimension": 16, "pooling_mode_cls_token": true}"#.utf8), to: "1_Pooling/config.json")
    #expect(try WeightManifest(of: ModelFolder(contentsOf: folder.url)).hash != before.hash)
  }
}
