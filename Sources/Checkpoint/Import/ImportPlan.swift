/// Which tensor of a GGUF file becomes which layer of the checkpoint.
struct ImportPlan {
  struct Step {
    let tensor: GGUFTensor
    /// The layer's path, e.g. `model.layers.0.self_attn.q_proj`.
    let path: String
    /// Attention heads whose rows must be put back in order, nil if rows stay.
    let rotaryHeads: Int?

    /// The format of the imported layer, nil if it stays floating-point.
    var format: QuantizationFormat? { GGUFBlocks.format(of: tensor.type) }
  }

  let steps: [Step]

  /// Matches every tensor of the file with the family's table.
  ///
  /// - Throws: `.badTensor` for a tensor the family does not know, one that is missing, or one of another shape;
  ///   `.unsupportedType` for a type that cannot be imported without loss.
  init(_ file: GGUFFile, family: GGUFFamily, config: ModelConfig) throws(GGUFProblem) {
    var unused = Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, $0) })
    var steps: [Step] = []
    func add(_ layer: GGUFFamily.Layer, prefix: String, pathPrefix: String) throws(GGUFProblem) {
      let name = "\(prefix)\(layer.source).weight"
      guard let tensor = unused.removeValue(forKey: name) else {
        guard layer.isRequired else { return }
        throw .badTensor(name, problem: "is missing")
      }
      guard GGUFBlocks.canImport(tensor.type) else {
        throw .unsupportedType(tensor: name, type: tensor.type.name)
      }
      let expected = layer.shape.map { config.size(of: $0) }
      guard tensor.shape == expected else {
        throw .badTensor(name, problem: "has the shape \(tensor.shape), but the metadata asks for \(expected)")
      }
      guard tensor.shape.count == 2 || GGUFBlocks.format(of: tensor.type) == nil else {
        throw .unsupportedType(tensor: name, type: tensor.type.name)
      }
      let heads = layer.isRotary ? tensor.shape[0] / config.headDimension : nil
      steps.append(Step(tensor: tensor, path: pathPrefix + layer.path, rotaryHeads: heads))
    }
    for layer in family.outerLayers { try add(layer, prefix: "", pathPrefix: "") }
    for index in 0..<config.layerCount {
      for layer in family.blockLayers {
        try add(layer, prefix: "blk.\(index).", pathPrefix: "model.layers.\(index).")
      }
    }
    if let name = unused.keys.min() {
      throw .badTensor(name, problem: "has no counterpart in the \(family.architecture) family")
    }
    self.steps = steps
  }

  /// The most common format as default, every other layer by name; nil if nothing is quantized.
  var quantization: QuantizationConfig? {
    let matrices = steps.filter { $0.tensor.shape.count == 2 }
    var counts: [QuantizationFormat: Int] = [:]
    for step in matrices { if let format = step.format { counts[format, default: 0] += 1 } }
    guard let common = counts.max(by: { ($0.value, $1.key.bits) < ($1.value, $0.key.bits) })?.key else { return nil }
    var config = QuantizationConfig(default: common)
    for step in matrices where step.format != common {
      config.overrides[step.path] = step.format.map { .format($0) } ?? .unquantized
    }
    return config
  }
}

extension ModelConfig {
  fileprivate func size(of dimension: GGUFFamily.Dimension) -> Int {
    switch dimension {
    case .hidden: hiddenSize
    case .queries: attentionHeadCount * headDimension
    case .keysAndValues: keyValueHeadCount * headDimension
    case .intermediate: intermediateSize
    case .vocabulary: vocabularySize
    }
  }
}
