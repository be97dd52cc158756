import Checkpoint
import Foundation
import MLXEngine
import Measurements
import NativeEngine

/// What a resident's vectors are made by, and what about them looks wrong.
extension Examination {
  static func makesVectors(_ folder: URL) -> Bool {
    guard let config = try? ModelConfig(contentsOf: folder) else { return false }
    return EncoderFamilies.include(config, in: folder)
  }

  /// Nothing for a model that generates, or one that the native engine does not run.
  func examineVectors(_ model: ModelID) -> [Finding] {
    guard generates, let folder = try? library.folder(of: model), Self.makesVectors(folder) else { return [] }
    let subject = "vectors \(model)"
    do {
      let diagnosis = try EmbeddingDiagnosis(EmbeddingModel(contentsOf: folder))
      guard !diagnosis.problems.isEmpty else { return [Finding(subject, .fine, diagnosis.summary)] }
      return diagnosis.problems.map { Finding(subject, .warning, $0.description, remedy: $0.remedy) }
    } catch {
      return [
        Finding(
          subject, .failure, "\(error)", remedy: "resident engine embed '\(folder.path)' Hello")
      ]
    }
  }

  /// Whether the mlx engine, if there is one, can make vectors; nothing if no resident makes any.
  func examineEmbeddingsEngine(_ residents: [ModelID]) -> [Finding] {
    let folders = residents.compactMap { try? library.folder(of: $0) }
    guard generates, folders.contains(where: Self.makesVectors), let python = try? PythonInterpreter(named: python),
      let environment = try? MLXEnvironment(checking: python)
    else { return [] }
    let path = python.executable.path
    guard let version = environment.mlxEmbeddingsVersion else {
      return [
        Finding(
          "mlx engine", .warning,
          "\(path) has mlx-lm \(environment.mlxLMVersion) and no mlx-embeddings, without which the mlx "
            + "engine makes no vectors", remedy: "'\(path)' -m pip install mlx-embeddings")
      ]
    }
    return [Finding("mlx engine", .fine, "\(path) has mlx-embeddings \(version)")]
  }
}
