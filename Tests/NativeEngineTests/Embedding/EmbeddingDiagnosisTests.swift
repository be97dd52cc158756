import Checkpoint
import Foundation
import TestSupport
import Testing

@testable import NativeEngine

@Suite("What looks wrong about vectors")
struct EmbeddingDiagnosisTests {
  private func problems(_ name: String = "tiny-bert", _ change: (TemporaryFolder) throws -> Void) throws
    -> [EmbeddingDiagnosis.Problem]
  {
    let folder = try TinyEmbedder.complete(name)
    try change(folder)
    return try EmbeddingDiagnosis(EmbeddingModel(contentsOf: folder.url, options: .init(threads: 1))).problems
  }

  @Test(
    "A model of random weights tells nothing apart by any pooling, so nothing is said of it",
    arguments: TinyEmbedder.names)
  func well(name: String) throws { #expect(try problems(name) { _ in }.isEmpty) }

  @Test("Missing and unusual prompts, vectors with lengths, and more tokens than positions are named")
  func files() throws {
    #expect(
      try problems { try FileManager.default.removeItem(at: $0("config_sentence_transformers.json")) }
        == [.promptsNotStated])
    #expect(
      try problems {
        try $0.write(
          #"{"prompts": {"Retrieval": "r: ", "Clustering": "c: "}}"#, to: "config_sentence_transformers.json")
      } == [.promptsNotAskedFor(["Clustering", "Retrieval"])])
    #expect(
      try problems {
        try $0.write(
          #"{"prompts": {"Retrieval": "r: "}, "default_prompt_name": "Retrieval"}"#,
          to: "config_sentence_transformers.json")
      }.isEmpty)
    #expect(
      try problems {
        try $0.write(#"{"max_seq_length": 512, "do_lower_case": false}"#, to: "sentence_bert_config.json")
      } == [.cutByPositions(stated: 512, positions: 24)])
    let found = try problems {
      try $0.replace(
        #",\n {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}"#
          .replacingOccurrences(of: "\\n", with: "\n"), by: "", in: "modules.json")
    }
    guard case .notNormalized(let shortest, let longest) = found.first else {
      Issue.record("\(found)")
      return
    }
    #expect(found.count == 1 && longest > shortest && longest > 1.001)
  }

  @Test(
    "Another pooling than the one that a model was trained with is told by its vectors",
    .enabled(if: FileManager.default.fileExists(atPath: Self.trained.path)), arguments: EmbeddingRecipe.Pooling.allCases
  )
  func pooling(pooling: EmbeddingRecipe.Pooling) throws {
    let folder = try TemporaryFolder()
    let copy = folder("model")
    try FileManager.default.copyItem(at: Self.trained, to: copy)
    try Data(#"{"embedding_dimension": 384, "pooling_mode": "\#(pooling.rawValue)"}"#.utf8).write(
      to: copy.appendingPathComponent("1_Pooling/config.json"))
    let trial = try PoolingTrial(EmbeddingModel(contentsOf: copy))
    // Sums have the directions of means.
    let isRight = [.mean, .rootMean, .weightedMean].contains(pooling)
    #expect((trial.better == nil) == isRight, "\(trial.separations)")
    if !isRight { #expect(trial.better == .mean || trial.better == .rootMean) }
  }

  /// all-MiniLM-L6-v2, which `make embedder` fetches.
  private static let trained = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: ".resident/models/all-minilm-l6-v2")
}
