import Checkpoint
import NativeEngine

/// Makes the layers of a distilled lane, in the order in which the model runs them.
///
/// The output layer's inputs come from the unquantized model. Each decoder layer is tuned on the activations that reach
/// it through the layers already quantized, so that it makes up for their errors; its targets are the unquantized layer's
/// outputs.
public final class LayerTuner {
  private let model: LayerwiseModel
  private var states: [HiddenStates] = []
  private var moments: [ActivationPoint: [Float]] = [:]
  /// By expert, of the tokens that picked it.
  private var expertMoments: [Int: SecondMoments] = [:]
  private var headMoments: [Float] = []
  /// The decoder layer that `moments` belong to.
  private var current: Int?
  private var replaced: [MatrixSlot: (own: LayerwiseModel.Weights, tuned: LayerwiseModel.Weights)] = [:]
  private let slots: [String: MatrixSlot]
  private let calibration: CalibrationText

  /// Reads the calibration text once with the unquantized model.
  ///
  /// - Throws: `EngineError` or `CheckpointError`, also `.cancelled`.
  public init(
    _ folder: ModelFolder, calibration: CalibrationText, threads: Int?, isCancelled: () -> Bool = { false }
  ) throws {
    self.calibration = calibration
    model = try LayerwiseModel(folder, threads: threads, sequenceLength: CalibrationText.sequenceLength)
    slots = Dictionary(model.slots.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    let head = SecondMoments(features: folder.config.hiddenSize, for: model)
    for sequence in calibration.sequences {
      if isCancelled() { throw CheckpointError.cancelled }
      let last = model.run(0..<model.layerCount, on: try model.embed(sequence))
      var inputs: [SecondMoments.Inputs] = []
      model.headInputs(from: last) { inputs.append(SecondMoments.Inputs($0)) }
      for input in inputs { head.add(input, with: model) }
    }
    headMoments = head.means()
  }

  /// Quantizes a matrix, as a `LayerQuantizer`.
  ///
  /// The matrices of one decoder layer may come in any order, decoder layers in the model's.
  ///
  /// - Throws: `.tensor` for weights that are not finite, or if the calibration text cannot be embedded.
  public func quantize(
    _ path: String, _ layer: LayerConverter, _ format: QuantizationFormat
  ) throws(CheckpointError) -> QuantizedParts {
    guard let slot = slots[path], format.mode == .affine else { return try layer.quantized(format) }
    if case .layer(let index, _) = slot.place, current != index { try advance(to: index) }
    let shape = model.shape(of: slot)
    let parts: QuantizedParts
    switch slot.place {
    case .embedding, .head: parts = try fitted(layer, format, shape, to: headMoments)
    case .layerInputs: parts = try layer.quantized(format)
    case .layer(_, .expertGate): parts = try fittedExperts(layer, format, shape)
    case .layer(_, let input): parts = try fitted(layer, format, shape, to: moments[input] ?? [])
    }
    let tuned = LayerwiseModel.Weights(parts, format: format, type: layer.type, shape: shape)
    replaced[slot] = (model[slot], tuned)
    return parts
  }

  private func fitted(
    _ layer: LayerConverter, _ format: QuantizationFormat, _ shape: (rows: Int, columns: Int), to moments: [Float]
  ) throws(CheckpointError) -> QuantizedParts {
    // Without moments, the matrix is rounded as it is.
    guard moments.count == shape.columns * shape.columns else { return try layer.quantized(format) }
    return ActivationAwareQuantizer(format: format, type: layer.type)
      .quantize(try layer.values(), rows: shape.rows, columns: shape.columns, moments: moments)
  }

  /// Quantizes the matrices of experts, which stand below each other, each for the inputs of its own tokens.
  private func fittedExperts(
    _ layer: LayerConverter, _ format: QuantizationFormat, _ shape: (rows: Int, columns: Int)
  ) throws(CheckpointError) -> QuantizedParts {
    guard layer.weight.shape.count == 3 else { return try layer.quantized(format) }
    let count = layer.weight.shape[0]
    let rows = shape.rows / count
    let values = try layer.values()
    let quantizer = ActivationAwareQuantizer(format: format, type: layer.type)
    var parts = QuantizedParts(codes: [], scales: [], biases: [])
    for expert in 0..<count {
      let inputs = expertMoments[expert] ?? SecondMoments(features: shape.columns, for: model)
      let own = quantizer.quantize(
        Array(values[expert * rows * shape.columns..<(expert + 1) * rows * shape.columns]), rows: rows,
        columns: shape.columns, moments: inputs.shrunkMeans())
      parts.codes += own.codes
      parts.scales += own.scales
      parts.biases += own.biases
    }
    return parts
  }

  /// Runs the states through the layers quantized since the last call, and collects the next layer's moments.
  private func advance(to index: Int) throws(CheckpointError) {
    for (slot, weights) in replaced { model[slot] = weights.tuned }
    do {
      states =
        try current.map { current in states.map { model.run(current..<current + 1, on: $0) } }
        ?? calibration.sequences.map { sequence in try model.embed(sequence) }
    } catch {
      throw .tensor(
        "model.embed_tokens.weight", file: "the model", problem: "cannot embed the calibration text: \(error)")
    }
    for (slot, weights) in replaced { model[slot] = weights.own }
    replaced = [:]
    current = index
    var sums: [ActivationPoint: SecondMoments] = [:]
    expertMoments = [:]
    for state in states {
      var inputs: [(ActivationPoint, SecondMoments.Inputs)] = []
      var expertInputs: [(Int, SecondMoments.Inputs)] = []
      _ = model.run(
        index..<index + 1, on: state, observe: { inputs.append(($0, SecondMoments.Inputs($1))) },
        observeExperts: { expertInputs.append(($0, SecondMoments.Inputs($1))) })
      for (point, input) in inputs { add(input, to: &sums[point]) }
      for (expert, input) in expertInputs { add(input, to: &expertMoments[expert]) }
    }
    moments = sums.mapValues { $0.means() }
  }

  private func add(_ inputs: SecondMoments.Inputs, to sum: inout SecondMoments?) {
    let moments = sum ?? SecondMoments(features: inputs.features, for: model)
    moments.add(inputs, with: model)
    sum = moments
  }
}
