import Checkpoint

/// The weights of a model, from its configuration alone: what they take, and what a token reads of them.
public struct ModelPlan: Sendable, Equatable {
  /// A mixture's experts.
  public struct Experts: Sendable, Equatable {
    public let total: Int
    public let active: Int
    /// Bytes of all experts of all layers, shared ones left out.
    public let byteCount: Int
  }

  /// Largest first.
  public let storages: [StoredTensors]
  /// Weights that take part in computing one token: of experts those that a token is routed to, and one row of the
  /// embedding unless it is the output layer too.
  public let activeParameterCount: Int
  /// Bytes of weights that decoding one token reads.
  public let bytesPerToken: Int
  /// Of the layers' mixtures; nil if there are none.
  public let experts: Experts?

  public var parameterCount: Int { storages.reduce(0) { $0 + $1.parameterCount } }
  public var byteCount: Int { storages.reduce(0) { $0 + $1.byteCount } }

  /// Asks the model's family which tensors it reads.
  ///
  /// - Throws: `EngineError` for a family that the engine does not run, or `CheckpointError` for a size that is missing or
  ///   impossible.
  public init(_ config: ModelConfig) throws {
    if let encoder = try EncoderMemory(config) {
      storages = encoder.tensors.storages
      (activeParameterCount, bytesPerToken) = (encoder.activeParameterCount, encoder.bytesPerToken)
      experts = nil
      return
    }
    let tensors = PlannedTensors(config)
    let decoder = try Families.family(of: config).decoder(WeightSource(tensors))
    let mixtures = decoder.mixtures
    var shares: [String: (picked: Int, count: Int)] = [:]
    for mixture in mixtures {
      for stack in [mixture.gate, mixture.up, mixture.down].compactMap(\.self) {
        shares[stack.path] = (mixture.routing.picked, mixture.routing.expertCount)
      }
    }
    var (active, expertBytes) = (0, 0)
    for tensor in tensors.tensors {
      if let share = shares[tensor.name] {
        active += tensor.parameterCount / share.count * share.picked
        expertBytes += tensor.byteCount
      } else if tensor.name == decoder.embedding.path && decoder.head !== decoder.embedding
        || tensor.name == decoder.layerInputs?.embedding.path
      {
        active += tensor.parameterCount / config.vocabularySize
      } else {
        active += tensor.parameterCount
      }
    }
    storages = tensors.storages
    activeParameterCount = active
    bytesPerToken = decoder.bytesPerToken
    experts = mixtures.map(\.routing).max { $0.expertCount < $1.expertCount }.map {
      Experts(total: $0.expertCount, active: $0.picked, byteCount: expertBytes)
    }
  }
}

extension PlannedTensors {
  /// Largest first.
  fileprivate var storages: [StoredTensors] {
    StoredTensors.totals(
      of: tensors.map { tensor in
        StoredTensors(
          format: tensor.format?.description ?? floatType.rawValue, tensorCount: 1,
          parameterCount: tensor.parameterCount, byteCount: tensor.byteCount)
      })
  }
}
