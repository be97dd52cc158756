import CKernels

/// The memory of all registers for some tokens, as panels [panel][feature][width]; a vector is a panel of width 1.
///
/// A register's features are those of its latest product, so that they differ from layer to layer.
final class RegisterFile {
  /// Tokens per panel.
  let width: Int
  private let buffers: [FloatBuffer]

  /// - Parameters:
  ///   - tokens: A multiple of `width`.
  ///   - holdsExperts: Whether the gates of all experts of a token stand side by side.
  convenience init(_ decoder: Decoder, tokens: Int, width: Int, holdsExperts: Bool) {
    self.init(tokens: tokens, width: width) { decoder.features(of: $0, holdsExperts: holdsExperts) }
  }

  /// - Parameter features: The most that a register has for a token.
  init(tokens: Int, width: Int, features: (Register) -> Int) {
    self.width = width
    buffers = Register.allCases.map { FloatBuffer(features($0) * tokens) }
  }

  var byteCount: Int { buffers.reduce(0) { $0 + $1.byteCount } }

  subscript(register: Register) -> UnsafeMutablePointer<Float> { buffers[register.rawValue].base }

  /// The place of a token's feature in a register of `features` features; the next feature stands `width` further.
  @inline(__always)
  func place(_ register: Register, features: Int, feature: Int, token: Int) -> UnsafeMutablePointer<Float> {
    self[register] + (token / width * features + feature) * width + token % width
  }
}

extension Decoder {
  /// The most features that a register has for a token.
  func features(of register: Register, holdsExperts: Bool) -> Int {
    let attentions = attentions.compactMap { $0 }
    let latents = latentAttentions.compactMap { $0 }
    let mixers = recurrentMixers.compactMap { $0?.features(of: register) }
    func largest(_ counts: [Int]) -> Int { (counts + mixers).max() ?? 0 }
    switch register {
    case .hidden: return config.hiddenSize
    case .normed: return largest([config.hiddenSize] + latents.map(\.query.rank))
    case .sum:
      let isUsed = layers.contains { $0.mixerOutputNorm != nil || $0.feedForwardOutputNorm != nil }
      return isUsed ? config.hiddenSize : 0
    case .branch:
      let isUsed = layers.contains { if case .both = $0.feedForward { true } else { false } }
      return isUsed ? config.hiddenSize : 0
    case .inputs: return layerInputs?.features ?? 0
    case .query:
      return largest(
        attentions.map(\.width) + latents.map { $0.heads * max($0.queryDimension, $0.valueDimension) })
    case .key: return largest(attentions.map { $0.keyValueHeads * $0.dimension } + latents.map(\.dimension))
    case .value:
      return largest(
        attentions.map { $0.keyValueHeads * $0.dimension } + latents.map { max($0.dimension, $0.query.rank) })
    case .mixed:
      return largest(
        attentions.map { $0.isGated ? 2 * $0.width : 0 } + latents.map { $0.heads * $0.dimension }
          + [layerInputs?.features ?? 0])
    case .gate:
      return largest(gateWidths(holdsExperts) + layers.map { $0.inputGate?.gate.rows ?? 0 })
    case .up: return largest(gateWidths(holdsExperts))
    case .router: return largest(mixtures.map(\.routing.expertCount))
    case .latent: return largest(mixtures.map { $0.latent == nil ? 0 : $0.features })
    case .decay: return largest([])
    }
  }

  private func gateWidths(_ holdsExperts: Bool) -> [Int] {
    layers.flatMap { layer -> [Int] in
      let (network, experts) = (layer.feedForward?.network, layer.feedForward?.experts)
      return [
        network?.gate.rows ?? 0, experts?.shared?.network.gate.rows ?? 0,
        holdsExperts ? experts.map { $0.width * $0.routing.picked } ?? 0 : 0,
      ]
    }
  }

  /// The most inputs of any product: what a thread needs to arrange one.
  var widestInput: Int {
    let networks = layers.flatMap { layer -> [Int] in
      let (network, experts) = (layer.feedForward?.network, layer.feedForward?.experts)
      return [
        network?.down.columns ?? 0, experts?.down.columns ?? 0, experts?.features ?? 0,
        experts?.shared?.network.down.columns ?? 0,
        layer.inputGate?.projection.columns ?? 0,
      ]
    }
    let mixers = layers.map { layer in
      switch layer.mixer {
      case .attention(let attention): attention.width
      case .latentAttention(let attention): attention.matrices.map(\.linear.columns).max() ?? 0
      case .recurrent(let mixer): mixer.output.columns
      case nil: 0
      }
    }
    return (networks + mixers + [config.hiddenSize]).max() ?? 0
  }
}
