import Checkpoint
import Foundation
import JSON
import TestSupport
import Testing

@testable import NativeEngine

@Suite("Embedding models")
struct EmbeddingModelTests {
  private func model(_ folder: TemporaryFolder, threads: Int = 1, isa: String? = nil) throws -> EmbeddingModel {
    try EmbeddingModel(contentsOf: folder.url, options: .init(threads: threads, instructionSet: isa))
  }

  @Test(
    "Each pooling, prompt, length and normalization has the vectors of sentence-transformers",
    arguments: EmbeddingGolden.all)
  func golden(golden: EmbeddingGolden) throws {
    let folder = try golden.folder()
    let made = try model(folder).embed(EmbeddingGolden.texts, prompt: golden.prompt, dimensions: golden.dimensions)
    #expect(golden.vectors.count == EmbeddingGolden.texts.count && made.count == EmbeddingGolden.texts.count)
    for (mine, theirs) in zip(made, golden.vectors) {
      #expect(mine.vector.count == theirs.count)
      for (one, other) in zip(mine.vector, theirs) { #expect(abs(Double(one) - other) < 2e-5) }
    }
  }

  @Test("There are goldens of every way of pooling")
  func complete() {
    let poolings = EmbeddingGolden.all.compactMap { golden in
      golden.files["1_Pooling/config.json"]?.object?.members.first { $0.value == true && $0.name != "include_prompt" }?
        .name
    }
    #expect(Set(poolings).count == EmbeddingRecipe.Pooling.allCases.count)
    #expect(EmbeddingGolden.all.count == 26)
  }

  @Test(
    "Neither other texts of a request nor the number of threads change a bit of a vector", arguments: TinyEmbedder.names
  )
  func ragged(name: String) throws {
    let folder = try TinyEmbedder.complete(name)
    let texts = (0..<90).map { String(repeating: "book a flight ", count: $0 * 7 % 11) + "\($0)" }
    let together = try model(folder).embed(texts)
    let shared = try model(folder, threads: 3).embed(texts)
    #expect(together == shared)
    let alone = try model(folder)
    for (index, text) in texts.enumerated().filter({ $0.offset % 7 == 0 }) {
      #expect(try alone.embed([text])[0] == together[index])
    }
  }

  @Test("Every instruction set makes the same vectors", arguments: InstructionSet.available, TinyEmbedder.names)
  func instructionSets(set: InstructionSet, name: String) throws {
    let folder = try TinyEmbedder.complete(name)
    let reference = try model(folder, isa: InstructionSet.scalar.rawValue).embed(EmbeddingGolden.texts)
    for (one, other) in zip(try model(folder, isa: set.rawValue).embed(EmbeddingGolden.texts), reference) {
      for (mine, theirs) in zip(one.vector, other.vector) { #expect(abs(mine - theirs) < 1e-5) }
    }
  }

  @Test("A text is read as far as the model's files say, and what is left out is counted")
  func truncation() throws {
    let folder = try TinyEmbedder.complete()
    let long = String(repeating: "book ", count: 30)
    let made = try model(folder).embed([long, "book"])
    #expect(made[0].tokens == 18 && made[0].cutTokens == 14)
    #expect(made[1].tokens == 3 && made[1].cutTokens == 0)
    // With the prompt there is less room for the text.
    #expect(try model(folder).embed([long], prompt: "query")[0].cutTokens == 16)
    #expect(try model(folder).embed([String(repeating: "book ", count: 16)])[0].vector == made[0].vector)
  }

  @Test("A folder without the files that say how is refused, and so are prompts and dimensions that it does not have")
  func refusals() throws {
    let bare = try TinyEmbedder.copy()
    #expect(throws: EmbeddingRecipeError.notStated(folder: bare.url.path)) { try self.model(bare) }
    let folder = try TinyEmbedder.complete()
    let loaded = try model(folder)
    #expect(throws: EmbeddingRecipeError.unknownPrompt("passage", known: ["query"])) {
      try loaded.embed(["a"], prompt: "passage")
    }
    for dimensions in [0, 17, -1] {
      #expect(throws: EmbeddingRecipeError.dimensions(dimensions, of: 16)) {
        try loaded.embed(["a"], dimensions: dimensions)
      }
    }
    #expect(try loaded.embed([]).isEmpty)
  }

  @Test("A lane keeps the files that say how vectors are made", arguments: TinyEmbedder.names)
  func lanes(name: String) throws {
    let folder = try TinyEmbedder.complete(name)
    let out = try TemporaryFolder()
    let target = out("lane")
    try ModelFolder(contentsOf: folder.url).write(.bf16, to: target)
    let lane = try EmbeddingModel(contentsOf: target, options: .init(threads: 1))
    let original = try model(folder)
    #expect(lane.recipe == original.recipe)
    let (one, other) = (try lane.embed(["book a flight"])[0].vector, try original.embed(["book a flight"])[0].vector)
    let cosine = zip(one, other).reduce(0) { $0 + Double($1.0 * $1.1) }
    #expect(cosine > 0.999 && one != other)
  }

  @Test("A text that is longer than a chunk has the vector that it has in a session that began with it")
  func growing() throws {
    let folder = try TinyEmbedder.complete("tiny-qwen3")
    try folder.write(
      Array(#"{"max_seq_length": 900, "do_lower_case": false}"#.utf8), to: "sentence_bert_config.json")
    try folder.replace("\"max_position_embeddings\": 64", by: "\"max_position_embeddings\": 900", in: "config.json")
    let texts = [5, 300, 700, 250, 2000].map { String(repeating: "book ", count: $0) }
    let grown = try model(folder)
    let made = try texts.map { try grown.embed([$0])[0] }
    #expect(made.map(\.tokens) == [6, 301, 701, 251, 900])
    #expect(try model(folder, threads: 2).embed(texts) == made)
  }

  @Test("A decoder that sees both ways generates nothing, and layers that vectors cannot be made with are refused")
  func decoders() throws {
    let gemma = try TinyEmbedder.copy("tiny-gemma3")
    #expect(throws: EngineError.self) { try Families.check(ModelFolder(contentsOf: gemma.url)) }
    let complete = try TinyEmbedder.complete("tiny-gemma3")
    try Families.check(ModelFolder(contentsOf: complete.url))
    let qwen = try TinyEmbedder.complete("tiny-qwen3")
    try qwen.replace("qwen3", by: "gpt2", in: "config.json")
    #expect(throws: EngineError.self) { try self.model(qwen) }
  }

  @Test("What cannot run says why before weights are read")
  func check() throws {
    let folder = try TinyEmbedder.complete()
    try Families.check(ModelFolder(contentsOf: folder.url))
    let bare = try TinyEmbedder.copy()
    #expect(throws: EmbeddingRecipeError.self) { try Families.check(ModelFolder(contentsOf: bare.url)) }
  }
}
