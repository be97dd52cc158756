/// Which tensor of a GGUF file becomes which tensor of the checkpoint, and how it is kept.
struct ImportPlan {
  struct Step {
    let tensor: GGUFTensor
    /// In the checkpoint, e.g. `model.layers.0.self_attn.q_proj.weight`.
    let name: String
    /// The size of the attention heads whose rows must be put back in order, nil if rows stay.
    let rotaryDimension: Int?
    /// Added to every element.
    let offset: Float
    let form: ImportedForm

    /// The name without `.weight`.
    var layerPath: String { name.hasSuffix(".weight") ? String(name.dropLast(".weight".count)) : name }

    /// Whether it is the weight of a layer that could be quantized.
    var isMatrix: Bool { name.hasSuffix(".weight") && tensor.shape.count >= 2 }

    /// The row of the file that holds a row of the checkpoint.
    func sourceRow(_ row: Int) -> Int {
      rotaryDimension.map { RotaryRows.source(of: row, headDimension: $0) } ?? row
    }
  }

  let steps: [Step]

  /// Matches every tensor of the file with the family's table.
  ///
  /// - Throws: `.badTensor` for a tensor the family does not know, one that is missing, one of another shape, or one with
  ///   a value that is not finite; `.unsupportedType` for a type that cannot be imported.
  init(_ file: GGUFFile, family: GGUFFamily, sizes: GGUFSizes) throws(GGUFProblem) {
    var unused = Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, $0) })
    let floats = family.floats(of: file)
    var steps: [Step] = []
    func add(_ layer: GGUFFamily.Tensor, _ prefix: String, _ pathPrefix: String) throws(GGUFProblem) {
      let name = prefix + layer.source
      guard let tensor = unused.removeValue(forKey: name) else {
        guard layer.isRequired else { return }
        throw .badTensor(name, problem: "is missing")
      }
      let expected = layer.shape.map { sizes[$0] }
      guard tensor.shape == expected else {
        throw .badTensor(name, problem: "has the shape \(tensor.shape), but the metadata asks for \(expected)")
      }
      let isFloat = [.f32, .f16, .bf16].contains(tensor.type)
      guard ImportedForm.canImport(tensor.type), isFloat || (expected.count > 1 && layer.path.hasSuffix(".weight"))
      else { throw .unsupportedType(tensor: name, type: tensor.type.name) }
      steps.append(
        Step(
          tensor: tensor, name: pathPrefix + layer.path, rotaryDimension: layer.isRotary ? sizes[.head] : nil,
          offset: layer.offset, form: try ImportedForm(of: tensor, floats: floats, offset: layer.offset)))
    }
    for layer in family.outerTensors { try add(layer, "", "") }
    for index in 0..<sizes.blockCount {
      for layer in family.blockTensors { try add(layer, "blk.\(index).", "model.layers.\(index).") }
    }
    for name in family.derivedTensors { unused[name] = nil }
    if let name = unused.keys.min() {
      throw .badTensor(name, problem: "has no counterpart in the \(family.architecture) family")
    }
    self.steps = steps
  }

  /// The most common format as default, every other layer by name; nil if nothing is quantized.
  var quantization: QuantizationConfig? {
    let matrices = steps.filter(\.isMatrix)
    var counts: [QuantizationFormat: Int] = [:]
    for step in matrices { if let format = step.form.format { counts[format, default: 0] += 1 } }
    guard
      let common = counts.max(by: { ($0.value, $1.key.description) < ($1.value, $0.key.description) })?.key
    else { return nil }
    var config = QuantizationConfig(default: common)
    for step in matrices where step.form.format != common {
      config.overrides[step.layerPath] = step.form.format.map { .format($0) } ?? .unquantized
    }
    return config
  }

  /// What becomes of each tensor, for people.
  var explanation: [ImportedTensor] {
    steps.map {
      ImportedTensor(
        source: $0.tensor.name, type: $0.tensor.type.name, name: $0.name, storage: $0.form.description,
        isExact: $0.form.isExact)
    }
  }
}

/// What becomes of one tensor of a GGUF file.
public struct ImportedTensor: Sendable, Equatable, CustomStringConvertible {
  /// Its name in the file.
  public let source: String
  /// GGML's name of its type.
  public let type: String
  /// Its name in the model folder; a quantized layer has scales, and perhaps biases, beside it.
  public let name: String
  /// For example `affine 4-bit g32, F16 scales`.
  public let storage: String
  /// Whether every element keeps its value; otherwise it is rounded to the floats named.
  public let isExact: Bool

  public var description: String {
    "\(source) \(type) -> \(name) \(storage), \(isExact ? "exact" : "rounded")"
  }
}
