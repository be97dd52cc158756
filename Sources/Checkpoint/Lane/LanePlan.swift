import Foundation

/// A tensor of a folder as a lane sees it.
public enum LaneTensor: Sendable {
  /// Not a layer: kept as it is.
  case copied(elements: Int, bytes: Int)
  case layer(path: String, LayerConverter)
}

extension ModelFolder {
  /// What a lane would be made of, in the order of the names.
  ///
  /// - Throws: `CheckpointError` for layers whose parts do not fit.
  public func laneTensors() throws(CheckpointError) -> [LaneTensor] {
    try LanePlan(self, lane: .uniform(.standard)).steps.map { step in
      switch step {
      case .copy(let tensor, _): .copied(elements: tensor.elementCount, bytes: tensor.bytes.count)
      case .layer(let path, let weight, let type, _):
        .layer(
          path: path, LayerConverter(weight: weight, type: type, name: "\(path).weight", file: url.path))
      }
    }
  }

  /// The layer at a path, to be quantized.
  ///
  /// - Throws: As `weight(of:columnCount:)`.
  public func layer(_ path: String) throws(CheckpointError) -> LayerConverter {
    let weight = try weight(of: path)
    return LayerConverter(weight: weight, type: weight.floatType, name: "\(path).weight", file: url.path)
  }
}

/// What becomes of each tensor of a folder in a lane.
struct LanePlan {
  enum Step {
    /// A layer's weight, to be quantized in the format, or dequantized to the type if there is no format.
    case layer(path: String, LayerWeight, type: TensorType, format: QuantizationFormat?)
    /// Any other tensor, to be copied or, if the type differs, rounded.
    case copy(TensorView, type: TensorType)
  }

  let steps: [Step]
  let lane: Lane

  /// Every matrix (or stack of matrices) named `….weight` counts as a linear layer or an embedding, but for routers that
  /// MLX does not quantize.
  init(_ folder: ModelFolder, lane: Lane) throws(CheckpointError) {
    self.lane = lane
    var steps: [Step] = []
    for name in folder.tensors.keys.sorted() where !Self.isDropped(name, folder.config) {
      guard let tensor = folder.tensors[name], !folder.isQuantizationPart(name) else { continue }
      guard name.hasSuffix(".weight"), tensor.shape.count >= 2, tensor.type.isRowType || tensor.type == .U32,
        !Self.isRawRouter(name, folder)
      else {
        let isRounded = lane == .bf16 && tensor.type.isRowType && !name.hasSuffix(Self.routerBias)
        steps.append(.copy(tensor, type: isRounded ? .BF16 : tensor.type))
        continue
      }
      let path = String(name.dropLast(".weight".count))
      let weight = try folder.weight(of: path)
      let format = lane.format(of: path).flatMap { weight.columnCount % $0.groupSize == 0 ? $0 : nil }
      steps.append(.layer(path: path, weight, type: lane == .bf16 ? .BF16 : weight.floatType, format: format))
    }
    self.steps = steps
  }

  /// What DeepSeek-V3's routers add to pick experts, which mlx-lm keeps in single precision.
  private static let routerBias = ".e_score_correction_bias"

  /// Whether the tensor is a router that mlx-lm reads as it stands, and so cannot read if it is quantized: its bias stands
  /// below the same path.
  private static func isRawRouter(_ name: String, _ folder: ModelFolder) -> Bool {
    folder.tensors[name.dropLast(".weight".count) + routerBias] != nil
  }

  /// Tensors that mlx-lm drops on loading: precomputed rotary frequencies, and an output layer that is tied anyway.
  private static func isDropped(_ name: String, _ config: ModelConfig) -> Bool {
    name.contains("rotary_emb.inv_freq") || (config.tieWordEmbeddings && name.hasPrefix("lm_head."))
  }

  /// The header of the new weight file.
  var entries: [SafetensorsWriter.Entry] {
    steps.flatMap { step -> [SafetensorsWriter.Entry] in
      switch step {
      case .copy(let tensor, let type): [.init(name: tensor.name, type: type, shape: tensor.shape)]
      case .layer(let path, let weight, let type, nil):
        [.init(name: "\(path).weight", type: type, shape: weight.shape)]
      case .layer(let path, let weight, let type, let format?):
        format.entries(path: path, shape: weight.shape, scaleType: type)
      }
    }
  }

  /// Logical weights, and the bytes that they take in the new weight file.
  var size: (parameters: Int, bytes: Int) {
    let parameters = steps.reduce(0) { sum, step in
      switch step {
      case .copy(let tensor, _): sum + tensor.elementCount
      case .layer(_, let weight, _, _): sum + weight.rowCount * weight.columnCount
      }
    }
    return (parameters, entries.reduce(0) { $0 + $1.shape.reduce($1.type.byteWidth, *) })
  }

  /// The `quantization` section of the new configuration; layers that stay unquantized are excepted by name.
  var quantization: QuantizationConfig? {
    guard let standard = lane.format else { return nil }
    var config = QuantizationConfig(default: standard)
    for case .layer(let path, _, _, let format) in steps where format != standard {
      config.overrides[path] = format.map { .format($0) } ?? .unquantized
    }
    return config
  }

  /// In the order in which a model runs its layers, so that a layer can be tuned on what the quantized layers before it
  /// compute.
  var stepsInOrder: [Step] {
    func name(_ step: Step) -> String {
      switch step {
      case .layer(let path, _, _, _): path
      case .copy(let tensor, _): tensor.name
      }
    }
    return steps.sorted { name($0).compare(name($1), options: .numeric) == .orderedAscending }
  }

  static func byteCount(of step: Step) -> Int {
    switch step {
    case .copy(let tensor, _): tensor.bytes.count
    case .layer(_, let weight, _, _): weight.byteCount
    }
  }
}
