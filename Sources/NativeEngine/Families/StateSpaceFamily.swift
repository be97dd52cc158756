import CKernels
import Checkpoint
import Foundation

/// Nemotron-H (NVIDIA 2025, arXiv 2504.03624): layers of one block each, which is Mamba 2, attention without rotation, a
/// plain network, or experts that are plain networks.
struct StateSpaceFamily: Family {
  static let modelTypes = ["nemotron_h"]

  private let config: ModelConfig
  private let blocks: [Block]
  private let shape: Shape
  private let stepLimits: ClosedRange<Float>
  /// Nil if no layer is a mixture.
  private let mixture: Mixture?

  private enum Block: String {
    case mamba = "M"
    case attention = "*"
    case network = "-"
    case experts = "E"
  }

  private struct Shape {
    let heads: Int
    let groups: Int
    let dimension: Int
    let stateSize: Int
    let taps: Int

    var width: Int { heads * dimension }
    var channels: Int { width + 2 * groups * stateSize }
  }

  private struct Mixture {
    let routing: Experts.Routing
    let width: Int
    /// Nil if there is no shared expert.
    let sharedWidth: Int?
    /// Features to which the experts' inputs are projected, nil if they are not.
    let latentSize: Int?
  }

  init(_ config: ModelConfig) throws {
    self.config = config
    try config.checkHeads()
    let fields = config.fields
    blocks = try config.blockNames().map { name in
      guard let block = Block(rawValue: name) else {
        throw EngineError.unsupported("the native engine does not know the kind of layer \"\(name)\"")
      }
      return block
    }
    guard blocks.count == config.layerCount else {
      throw fields.error("num_hidden_layers", "is \(config.layerCount), but \(blocks.count) layers are described")
    }
    shape = Shape(
      heads: try fields.size("mamba_num_heads", upTo: 1 << 10),
      groups: try fields.size("n_groups", upTo: 1 << 10),
      dimension: try fields.size("mamba_head_dim", upTo: 1 << 10),
      stateSize: try fields.size("ssm_state_size", upTo: 1 << 10),
      taps: try fields.size("conv_kernel", upTo: 64))
    guard shape.heads % shape.groups == 0 else {
      throw fields.error("n_groups", "is \(shape.groups), which does not divide the \(shape.heads) heads")
    }
    stepLimits = try config.stepLimits()
    guard blocks.contains(.experts) else {
      mixture = nil
      return
    }
    func optional(_ name: String) throws -> Int? {
      fields.has(name) ? try fields.size(name, upTo: 1 << 24) : nil
    }
    mixture = Mixture(
      routing: try config.groupedRouting(isNormalized: false, addend: 1e-20),
      width: try fields.size("moe_intermediate_size", upTo: 1 << 24),
      sharedWidth: fields.has("n_shared_experts")
        ? try optional("moe_shared_expert_intermediate_size") ?? config.intermediateSize : nil,
      latentSize: try optional("moe_latent_size"))
  }

  func decoder(_ weights: WeightSource) throws -> Decoder {
    let layers = try blocks.enumerated().map { index, block in
      let path = "backbone.layers.\(index)"
      let norm = try weights.norm("\(path).norm", count: config.hiddenSize)
      let inner = "\(path).mixer"
      func layer(mixer: DecoderLayer.Mixer? = nil, feedForward: FeedForward? = nil) -> DecoderLayer {
        DecoderLayer(
          mixerNorm: norm, mixer: mixer, mixerOutputNorm: nil, feedForwardNorm: norm, feedForward: feedForward,
          feedForwardOutputNorm: nil)
      }
      switch block {
      case .mamba: return layer(mixer: .recurrent(try mamba(inner, weights)))
      case .attention: return layer(mixer: .attention(try weights.attention(inner, rotary: nil)))
      case .network: return layer(feedForward: .gated(try network(inner, width: config.intermediateSize, weights)))
      case .experts: return layer(feedForward: .experts(try experts(inner, weights)))
      }
    }
    return try weights.decoder(
      layers, embedding: "backbone.embeddings",
      finalNorm: try weights.norm("backbone.norm_f", count: config.hiddenSize), rotaries: [], isTied: false)
  }

  private func mamba(_ path: String, _ weights: WeightSource) throws -> Mamba {
    let (hidden, width, heads) = (config.hiddenSize, shape.width, shape.heads)
    func byHead(_ name: String) throws -> [Float] { try weights.floats(named: "\(path).\(name)", shape: [heads]) }
    let norm = try weights.norm("\(path).norm", count: width)
    let groupWidth = width / shape.groups
    return Mamba(
      heads: heads, groups: shape.groups, dimension: shape.dimension, stateSize: shape.stateSize,
      input: try weights.linear("\(path).in_proj", rows: width + shape.channels + heads, columns: hidden),
      convolution: try weights.convolution("\(path).conv1d", channels: shape.channels, taps: shape.taps),
      decayRate: try byHead("A_log").map { exp($0) }, stepBias: try byHead("dt_bias"), bypass: try byHead("D"),
      stepLimits: stepLimits,
      norms: (0..<shape.groups).map { group in
        Norm(weight: Array(norm.weight[group * groupWidth..<(group + 1) * groupWidth]), epsilon: norm.epsilon)
      },
      output: try weights.linear("\(path).out_proj", rows: hidden, columns: width))
  }

  private func network(_ path: String, width: Int, _ weights: WeightSource) throws -> GatedFeedForward {
    try weights.gatedFeedForward(path, gate: "up_proj", up: nil, width: width, activation: RK_RELU)
  }

  private func experts(_ path: String, _ weights: WeightSource) throws -> Experts {
    guard let mixture else { preconditionFailure("a mixture was read without its sizes") }
    let hidden = config.hiddenSize
    let latent = try mixture.latentSize.map { size in
      Experts.Latent(
        input: try weights.linear("\(path).fc1_latent_proj", rows: size, columns: hidden),
        output: try weights.linear("\(path).fc2_latent_proj", rows: hidden, columns: size))
    }
    var experts = try weights.experts(
      path, selectionBias: "gate.e_score_correction_bias", gate: "fc1", up: nil, down: "fc2", routing: mixture.routing,
      width: mixture.width, latent: latent, activation: RK_RELU)
    if let width = mixture.sharedWidth {
      experts.shared = (try network("\(path).shared_experts", width: width, weights), nil)
    }
    return experts
  }
}

extension ModelConfig {
  /// The kinds of layers as letters, from `hybrid_override_pattern` or from the names of newer configurations.
  fileprivate func blockNames() throws -> [String] {
    if let pattern = fields.value["hybrid_override_pattern"], pattern != .null {
      return pattern.string?.map(String.init) ?? pattern.array?.compactMap(\.string) ?? []
    }
    let letters = [
      "full_attention": "*", "attention": "*", "linear_attention": "M", "mamba": "M", "conv": "M", "moe": "E",
      "mlp": "-",
    ]
    let names = (fields.has("layers_block_type") ? fields.value["layers_block_type"] : fields.value["layer_types"])
    return (names?.array ?? []).map { name in name.string.map { letters[$0] ?? $0 } ?? "" }
  }

  /// What a step of a state space is bounded by. JSON has no infinity; some write it as an object.
  fileprivate func stepLimits() throws -> ClosedRange<Float> {
    guard fields.has("time_step_limit") else { return 0...Float.infinity }
    let limits = (fields.value["time_step_limit"]?.array ?? []).compactMap { limit in
      limit.number.map(Float.init) ?? (limit["__float__"]?.string == "Infinity" ? Float.infinity : nil)
    }
    guard limits.count == 2, limits[0] >= 0, limits[0] <= limits[1] else {
      throw fields.error("time_step_limit", "is not a lower and an upper limit")
    }
    return limits[0]...limits[1]
  }
}
