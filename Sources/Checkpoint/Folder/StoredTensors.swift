import Foundation
import JSON

/// The tensors that share one storage format.
public struct StoredTensors: Sendable, Equatable {
  /// For example `affine 4-bit g64`, or `BF16` for plain floats.
  public let format: String
  public let tensorCount: Int
  public let parameterCount: Int
  /// Codes, scales and biases.
  public let byteCount: Int

  public init(format: String, tensorCount: Int, parameterCount: Int, byteCount: Int) {
    self.format = format
    self.tensorCount = tensorCount
    self.parameterCount = parameterCount
    self.byteCount = byteCount
  }

  public var json: JSONValue {
    [
      "format": .string(format), "tensors": .integer(tensorCount), "parameters": .integer(parameterCount),
      "bytes": .integer(byteCount),
    ]
  }

  /// The tensors of each format together, largest first.
  public static func totals(of tensors: some Sequence<StoredTensors>) -> [StoredTensors] {
    var totals: [String: StoredTensors] = [:]
    for tensor in tensors {
      let old = totals[tensor.format]
      totals[tensor.format] = StoredTensors(
        format: tensor.format, tensorCount: (old?.tensorCount ?? 0) + tensor.tensorCount,
        parameterCount: (old?.parameterCount ?? 0) + tensor.parameterCount,
        byteCount: (old?.byteCount ?? 0) + tensor.byteCount)
    }
    return totals.values.sorted { ($1.byteCount, $0.format) < ($0.byteCount, $1.format) }
  }
}

/// What the tensors of a folder take, by format and per token.
struct StorageCount {
  /// Largest first.
  private(set) var storages: [StoredTensors] = []
  /// Weights that take part in computing one token.
  private(set) var activeParameterCount = 0
  /// Bytes that computing one token reads.
  private(set) var byteCountPerToken = 0
  /// Why a layer is counted without its weights: its parts do not fit. Nil if all do.
  private(set) var problem: CheckpointError?

  private var stored: [StoredTensors] = []
  private let experts: ExpertCount?
  /// Whether the embedding is read as a whole, as the output layer.
  private let readsWholeEmbedding: Bool

  init(_ layers: LayerTable, experts: ExpertCount?) {
    self.experts = experts
    readsWholeEmbedding = !layers.tensors.keys.contains { $0.hasSuffix("lm_head.weight") }
    var problems: [(name: String, CheckpointError)] = []
    for (name, tensor) in layers.tensors where !layers.isQuantizationPart(name) {
      let path = String(name.dropLast(".weight".count))
      guard name.hasSuffix(".weight"), layers.tensors["\(path).scales"] != nil else {
        add(name, tensor.shape, format: tensor.type.rawValue, tensor.elementCount, bytes: tensor.bytes.count)
        continue
      }
      do throws(CheckpointError) {
        let weight = try layers.weight(of: path)
        let format = weight.format?.description ?? tensor.type.rawValue
        add(name, weight.shape, format: format, weight.rowCount * weight.columnCount, bytes: weight.byteCount)
      } catch {
        problems.append((name, error))
        let parts = ["weight", "scales", "biases"].compactMap { layers.tensors["\(path).\($0)"]?.bytes.count }
        add(name, tensor.shape, format: "unknown", 0, bytes: parts.reduce(0, +))
      }
    }
    problem = problems.min { $0.name < $1.name }?.1
    storages = StoredTensors.totals(of: stored)
  }

  private static func isEmbedding(_ name: String) -> Bool {
    name.hasBytes(of: "embed_tokens") || name.hasBytes(of: "backbone.embeddings.")
  }

  private mutating func add(_ name: String, _ shape: [Int], format: String, _ parameters: Int, bytes: Int) {
    stored.append(StoredTensors(format: format, tensorCount: 1, parameterCount: parameters, byteCount: bytes))
    var (active, read) = (parameters, bytes)
    if LeftOutPart.name(of: name) != nil {
      (active, read) = (0, 0)
    } else if let experts, experts.owns(name) {
      (active, read) = (experts.share(of: parameters), experts.share(of: bytes))
    } else if let rows = shape.first, rows > 0, Self.isEmbedding(name) {
      // One row is looked up.
      if !readsWholeEmbedding || name.contains("per_layer") { (active, read) = (parameters / rows, bytes / rows) }
    }
    activeParameterCount += active
    byteCountPerToken += read
  }
}

/// How many experts a mixture has, and how many of them a token is routed to.
public struct ExpertCount: Sendable, Equatable {
  public let total: Int
  public let active: Int

  init(total: Int, active: Int) { (self.total, self.active) = (total, active) }

  /// Reads the section of a `config.json` that describes the decoder; nil for a model without experts.
  init?(_ config: ConfigFields) {
    func first(_ names: [String]) -> Int? { names.lazy.compactMap { config.value[$0]?.integer }.first }
    guard let total = first(["num_experts", "num_local_experts", "n_routed_experts"]), (1...1 << 16).contains(total),
      let active = first(["num_experts_per_tok", "num_experts_per_token", "top_k_experts"]),
      (1...total).contains(active)
    else { return nil }
    (self.total, self.active) = (total, active)
  }

  /// Whether the tensor belongs to experts that are chosen, not to one that is shared.
  func owns(_ tensor: String) -> Bool { tensor.hasBytes(of: ".experts.") || tensor.hasBytes(of: ".switch_mlp.") }

  func share(of count: Int) -> Int {
    let (whole, rest) = count.quotientAndRemainder(dividingBy: total)
    return whole * active + rest * active / total
  }
}

extension String {
  /// Whether another text's bytes occur in this one's, in a fraction of the time that comparing characters takes.
  fileprivate func hasBytes(of text: StaticString) -> Bool {
    var copy = self
    return copy.withUTF8 { bytes in
      guard let start = bytes.baseAddress, bytes.count >= text.utf8CodeUnitCount else { return false }
      return (0...bytes.count - text.utf8CodeUnitCount).contains {
        memcmp(start + $0, text.utf8Start, text.utf8CodeUnitCount) == 0
      }
    }
  }
}
