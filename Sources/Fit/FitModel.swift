import Checkpoint
import Foundation
import NativeEngine
import Platform

/// A model as far as memory and speed go: from its weights where they are there, else from its configuration alone.
public struct FitModel {
  /// What was looked at.
  public enum Source: String, Sendable {
    case weights = "its weights"
    case configuration = "its config.json"
    case gguf = "its GGUF file"
  }

  public let name: String
  public let source: Source
  public let config: ModelConfig
  /// Largest first.
  public let storages: [StoredTensors]
  public let activeParameterCount: Int
  /// Bytes of weights that decoding one token of one sequence reads.
  public let bytesPerToken: Int
  /// Nil for a model without experts.
  public let experts: Experts?
  /// What its layers remember of a sequence.
  public let memory: SequenceMemory

  /// A mixture's experts.
  public struct Experts: Sendable, Equatable {
    public let total: Int
    public let active: Int
    /// Bytes of all experts of all layers that are picked; nil if it is not known.
    public let byteCount: Int?
  }

  /// Bytes of weights that decoding one token of each of some sequences reads.
  ///
  /// Each sequence picks its experts by itself: of *n* sequences, all miss an expert with the probability
  /// (1 − active ÷ total)ⁿ. A mixture whose experts' bytes are not known counts as if all sequences picked the same.
  public func bytesPerStep(sequences: Int) -> Int {
    guard let experts, let bytes = experts.byteCount, experts.total > 0 else { return bytesPerToken }
    let share = Double(experts.active) / Double(experts.total)
    let touched = 1 - pow(1 - share, Double(max(1, sequences)))
    return bytesPerToken + Int((touched - share) * Double(bytes))
  }

  public var parameterCount: Int { storages.reduce(0) { $0 + $1.parameterCount } }
  public var byteCount: Int { storages.reduce(0) { $0 + $1.byteCount } }
  /// Whether it makes vectors of texts and decodes nothing.
  public var isEncoder: Bool { EncoderFamilies.modelTypes.contains(config.modelType) }
  /// The most tokens of a sequence.
  public var contextLimit: Int { config.maxPositionEmbeddings }

  /// Reads a model folder, a GGUF file or a `config.json`; a folder may hold a `config.json` alone.
  ///
  /// - Parameter storage: How weights that are not there are to be stored; nil for what the configuration says.
  /// - Throws: `CheckpointError`, or `EngineError` for a configuration without weights of a family that the native engine
  ///   does not run.
  public init(contentsOf url: URL, name: String, storage: WeightStorage? = nil) throws {
    if url.pathExtension.lowercased() == "gguf" {
      try self.init(gguf: url, name: name)
    } else if url.lastPathComponent.hasSuffix(".json") {
      try self.init(configuration: url, name: name, storage: storage)
    } else if !FitModel.holdsWeights(url) {
      try self.init(configuration: url.appendingPathComponent("config.json"), name: name, storage: storage)
    } else {
      let folder = try ModelFolder(contentsOf: url)
      let inspection = try ModelInspection(of: folder)
      // The inspection knows no encoders, whose embeddings no product reads.
      let encoder = try? EncoderMemory(folder.config)
      self.init(
        name: name, source: .weights, config: folder.config, storages: inspection.storages,
        active: encoder?.activeParameterCount ?? inspection.activeParameterCount,
        bytesPerToken: encoder?.bytesPerToken ?? inspection.byteCountPerToken,
        experts: inspection.experts.map {
          Experts(total: $0.total, active: $0.active, byteCount: (try? ModelPlan(folder.config))?.experts?.byteCount)
        }, memory: try SequenceMemory(of: folder.config))
    }
  }

  private init(configuration url: URL, name: String, storage: WeightStorage?) throws {
    let config = try ModelConfig(file: url, storage: storage)
    let plan = try ModelPlan(config)
    self.init(
      name: name, source: .configuration, config: config, storages: plan.storages, active: plan.activeParameterCount,
      bytesPerToken: plan.bytesPerToken,
      experts: plan.experts.map { Experts(total: $0.total, active: $0.active, byteCount: $0.byteCount) },
      memory: try SequenceMemory(of: config))
  }

  private init(gguf url: URL, name: String) throws {
    let outline = try GGUFOutline(contentsOf: url)
    self.init(
      name: name, source: .gguf, config: outline.config, storages: outline.storages,
      active: outline.activeParameterCount, bytesPerToken: outline.bytesPerToken,
      experts: outline.experts.map { Experts(total: $0.total, active: $0.active, byteCount: nil) },
      memory: try SequenceMemory(of: outline.config))
  }

  private init(
    name: String, source: Source, config: ModelConfig, storages: [StoredTensors], active: Int, bytesPerToken: Int,
    experts: Experts?, memory: SequenceMemory
  ) {
    (self.name, self.source, self.config, self.storages) = (name, source, config, storages)
    (activeParameterCount, self.bytesPerToken) = (active, bytesPerToken)
    (self.experts, self.memory) = (experts, memory)
  }

  private static func holdsWeights(_ folder: URL) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.contains { $0.hasSuffix(".safetensors") } || !names.contains("config.json")
  }
}

extension SequenceMemory {
  init(of config: ModelConfig) throws(CheckpointError) { try self.init(parsing: .object(config.json)) }
}
