import CKernels
import Checkpoint

/// The tensors of a checkpoint as the blocks need them.
final class WeightSource {
  private let tensors: any TensorSource
  /// What stands before `model.` in the names of this checkpoint's tensors, e.g. `language_model.`.
  private let prefix: String
  /// Whether the file leaves `model.` out of its names, as models are saved that have no output layer.
  private let isBare: Bool
  /// Whether states are made into vectors, so that there is no output layer.
  let makesVectors: Bool
  private var used: Set<String> = []

  var config: ModelConfig { tensors.config }

  init(_ tensors: some TensorSource, makesVectors: Bool = false) {
    self.tensors = tensors
    self.makesVectors = makesVectors
    isBare = makesVectors && tensors.has("embed_tokens.weight")
    prefix = tensors.names.contains { $0.hasPrefix("language_model.") } ? "language_model." : ""
  }

  func has(_ name: String) -> Bool { tensors.has(inFile(name)) }

  /// The name of a tensor, or a path, in this checkpoint.
  private func inFile(_ name: String) -> String {
    isBare && name.hasPrefix("model.") ? String(name.dropFirst("model.".count)) : prefix + name
  }

  /// A product, with the bias that stands beside it if there is one.
  ///
  /// - Parameters:
  ///   - path: For example `model.layers.0.mlp.up_proj`.
  ///   - stacked: Matrices that stand below each other, [stacked][rows][columns].
  ///   - order: By row, the one that the file has in its place; nil for the file's own order.
  /// - Throws: `CheckpointError` for a missing or non-finite tensor, `EngineError` for a wrong shape or storage.
  func linear(_ path: String, rows: Int, columns: Int, stacked: Int? = nil, order: [Int]? = nil) throws -> Linear {
    let path = inFile(path)
    used.formUnion([".weight", ".scales", ".biases"].map { path + $0 })
    let matrix = try tensors.matrix(path, stacked: stacked, rows: rows, columns: columns)
    let bias =
      tensors.has(path + ".bias") ? try floats(path + ".bias", [(stacked.map { [$0] } ?? []) + [rows]]) : nil
    guard let order else { return Linear(path: path, matrix: matrix, bias: bias) }
    return Linear(
      path: path, matrix: matrix.reordered(order), bias: bias.map { bias in order.map { bias[$0] } }, isReordered: true)
  }

  /// Products of one input whose rows stand below each other in one matrix.
  ///
  /// - Parameters:
  ///   - parts: How many there are.
  ///   - rows: Of each of them.
  /// - Throws: As `linear`.
  func linears(_ path: String, parts: Int, rows: Int, columns: Int) throws -> [Linear] {
    let whole = try linear(path, rows: parts * rows, columns: columns)
    return (0..<parts).map { part in
      Linear(
        path: path, matrix: whole.matrix.portion(part, of: parts),
        bias: whole.bias.map { Array($0[part * rows..<(part + 1) * rows]) })
    }
  }

  /// The weight of a layer as the folder holds it, which may be taken apart.
  ///
  /// - Throws: `CheckpointError`.
  func layerWeight(_ path: String, columns: Int) throws -> LayerWeight {
    let path = inFile(path)
    used.formUnion([".weight", ".scales", ".biases"].map { path + $0 })
    return try tensors.layerWeight(path, columns: columns)
  }

  /// A norm.
  ///
  /// - Parameters:
  ///   - offset: What is added to the weights of the file.
  ///   - epsilon: Nil for the configuration's.
  func norm(_ path: String, count: Int, offset: Float = 0, epsilon: Double? = nil) throws -> Norm {
    let weight = try floats(inFile(path) + ".weight", [[count]])
    return Norm(
      weight: offset == 0 ? weight : weight.map { $0 + offset }, epsilon: Float(epsilon ?? config.rmsNormEpsilon))
  }

  /// Leaves out the tensors below a path, as mlx-lm does it.
  func leaveOut(_ path: String) {
    used.formUnion([".weight", ".scales", ".biases", ".bias"].map { inFile(path) + $0 })
  }

  /// A plain tensor in single precision.
  func floats(named name: String, shape: [Int]) throws -> [Float] { try floats(inFile(name), [shape]) }

  /// A convolution of each channel by itself, with the bias that stands beside it if there is one.
  func convolution(_ path: String, channels: Int, taps: Int) throws -> CausalConvolution {
    let (name, bias) = (inFile(path) + ".weight", inFile(path) + ".bias")
    return CausalConvolution(
      // The first is the order before mlx-lm changes it, which makes no difference to the numbers.
      taps: taps, weights: try floats(name, [[channels, 1, taps], [channels, taps, 1]]),
      bias: tensors.has(bias) ? try floats(bias, [[channels]]) : Array(repeating: 0, count: channels))
  }

  private func floats(_ name: String, _ shapes: [[Int]]) throws -> [Float] {
    used.insert(name)
    return try tensors.floats(name, shapes: shapes)
  }

  /// Tensors that text does not need: of vision and sound, of the prediction of several tokens, and what follows from the
  /// configuration.
  private static let otherParts = [
    "vision_tower.", "multi_modal_projector.", "visual.", "audio_tower.", "embed_vision.", "embed_audio.",
    "vision_embedder.", "mtp.", "rotary_emb.inv_freq", "embeddings.position_ids",
  ]

  static func isOther(_ name: String) -> Bool { otherParts.contains { name.contains($0) } }

  /// A tensor that changes the result and is not computed with would silently make every figure of this model wrong.
  ///
  /// - Throws: `EngineError.unsupported` with its name.
  func checkUnused() throws {
    // A tied model may still carry its output layer.
    let left = tensors.names.filter { name in
      !used.contains(name) && !Self.isOther(name)
        && !((config.tieWordEmbeddings || makesVectors) && name.hasPrefix(prefix + "lm_head."))
    }
    if let first = left.sorted().first {
      throw EngineError.unsupported(
        "the tensor \(first) has no place in a model of the type \(config.modelType) as the native engine computes it")
    }
  }
}
