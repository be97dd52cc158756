import Foundation
import JSON

/// What a model folder holds, in numbers: its shape, its size by storage format, and what a token of context costs.
///
/// A folder that cannot be loaded is described as far as it can be read: sizes that its configuration does not state are
/// nil.
public struct ModelInspection: Sendable, Equatable {
  public let architecture: String
  public let layerCount: Int?
  public let hiddenSize: Int?
  public let attentionHeadCount: Int?
  public let keyValueHeadCount: Int?
  public let headDimension: Int?
  public let vocabularySize: Int?
  /// In tokens.
  public let contextLength: Int?
  /// What the layers remember of a sequence; nil if the configuration does not say.
  public let memory: SequenceMemory?
  /// Nil for a model without experts.
  public let experts: ExpertCount?
  /// Largest first.
  public let storages: [StoredTensors]
  /// What text does not need; by name.
  public let leftOut: [LeftOutPart]
  /// Weights that take part in computing one token: those of the active experts only, and one row of the embedding
  /// unless it is the output layer too.
  public let activeParameterCount: Int
  /// Bytes of these weights, scales and biases included.
  public let byteCountPerToken: Int
  /// How the folder says it was made, nil if it does not say.
  public let lane: LaneRecord?
  /// The manifest's hash, nil if it was not computed.
  public let manifestHash: String?
  /// Why the model cannot run, as far as is known.
  public private(set) var problems: [String]
  /// What is odd, but no reason to refuse the model.
  public let warnings: [FolderWarning]

  /// Looks at a folder's configuration and tensor headers; weights are not read.
  ///
  /// - Parameter manifest: Its hash becomes part of the result.
  /// - Throws: `CheckpointError` for layers whose parts do not fit, or a malformed `resident-lane.json`.
  public init(of folder: ModelFolder, manifest: WeightManifest? = nil) throws(CheckpointError) {
    let readable = ReadableFolder(folder)
    let count = StorageCount(readable.layers, experts: ExpertCount(readable.decoder))
    if let problem = count.problem { throw problem }
    self.init(readable, count, lane: try LaneRecord.read(in: folder.url), manifest: manifest, problems: [])
  }

  /// Looks at a folder, whether it can be loaded or not.
  ///
  /// - Parameter hashes: Whether to read all weights and compute the manifest's hash.
  /// - Throws: `.notFound`, `.notAFolder`, `.cancelled`.
  public init(
    contentsOf url: URL, hashes: Bool, isCancelled: () -> Bool = { Task.isCancelled }
  ) throws(CheckpointError) {
    let folder = try ReadableFolder(contentsOf: url)
    let count = StorageCount(folder.layers, experts: ExpertCount(folder.decoder))
    var problems = [folder.problem, count.problem].compactMap { $0?.description }
    var lane: LaneRecord?
    do throws(CheckpointError) { lane = try LaneRecord.read(in: url) } catch { problems.append(error.description) }
    var manifest: WeightManifest?
    if hashes {
      do throws(CheckpointError) {
        manifest = try WeightManifest(
          weights: folder.weightFiles, tensors: folder.layers.tensors.values, in: url, isCancelled: isCancelled)
      } catch {
        if error == .cancelled { throw error }
        problems.append(error.description)
      }
    }
    self.init(folder, count, lane: lane, manifest: manifest, problems: problems)
  }

  private init(
    _ folder: ReadableFolder, _ count: StorageCount, lane: LaneRecord?, manifest: WeightManifest?, problems: [String]
  ) {
    let fields = folder.decoder
    func size(_ name: String) -> Int? { fields.value[name]?.integer.flatMap { $0 > 0 ? $0 : nil } }
    architecture =
      folder.config["architectures"]?.array?.first?.string ?? folder.config["model_type"]?.string ?? "unknown"
    layerCount = size("num_hidden_layers")
    hiddenSize = size("hidden_size")
    attentionHeadCount = size("num_attention_heads")
    keyValueHeadCount = size("num_key_value_heads") ?? attentionHeadCount
    var headDimension = size("head_dim")
    if let hidden = hiddenSize, let heads = attentionHeadCount { headDimension = headDimension ?? hidden / heads }
    self.headDimension = headDimension
    vocabularySize = size("vocab_size")
    contextLength = size("max_position_embeddings")
    memory = try? SequenceMemory(parsing: folder.config)
    experts = ExpertCount(fields)
    (storages, activeParameterCount) = (count.storages, count.activeParameterCount)
    byteCountPerToken = count.byteCountPerToken
    leftOut = LeftOutPart.all(in: folder.layers.tensors)
    (self.lane, manifestHash) = (lane, manifest?.hash)
    (self.problems, warnings) = (problems, folder.warnings)
  }

  /// Adds a reason why the model cannot run, once.
  public mutating func add(problem: String) {
    if !problems.contains(problem) { problems.append(problem) }
  }

  /// Logical weights: codes of quantized layers, elements of the rest.
  public var parameterCount: Int { storages.reduce(0) { $0 + $1.parameterCount } }

  /// Bytes of all tensors.
  public var byteCount: Int { storages.reduce(0) { $0 + $1.byteCount } }

  /// Stored bits per logical weight, scales and biases included.
  public var bitsPerWeight: Double {
    parameterCount == 0 ? 0 : Double(byteCount) * 8 / Double(parameterCount)
  }
}
