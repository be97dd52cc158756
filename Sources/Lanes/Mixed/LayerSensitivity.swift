import Checkpoint
import NativeEngine

/// How much the model's output changes when one layer alone is quantized.
public struct LayerSensitivity: Sendable, Equatable {
  /// For example `model.layers.0.mlp.down_proj`.
  public let path: String
  public let weightCount: Int
  /// The mean Kullback-Leibler divergence from the unquantized model, in nats per token of calibration text.
  public let divergence: Double
  /// Bytes that the finer format takes beyond the coarser one.
  public let extraBytes: Int

  /// The divergence avoided per extra byte of the finer format.
  public var benefit: Double { divergence / Double(max(extraBytes, 1)) }
}

/// Measures sensitivities: quantizes each layer in turn and runs the rest of the model after it.
///
/// The layers before it do not change, so their outputs are computed once.
public final class SensitivityMeasurement {
  private let folder: ModelFolder
  private let model: LayerwiseModel
  /// By layer, then by sequence: the layer's input; after those of all layers, the output of the last one.
  private var states: [[HiddenStates]]
  private let sequences: [[Int32]]
  private var reference: [ReferenceDistributions.Distribution] = []

  /// Calibration sequences that are read: more would take longer and hardly change the order of the layers.
  public static let sequenceCount = 4

  /// Reads the calibration text once with the unquantized model.
  ///
  /// - Throws: `CheckpointError` or `EngineError`.
  public init(_ folder: ModelFolder, calibration: CalibrationText, threads: Int?) throws {
    self.folder = folder
    model = try LayerwiseModel(folder, threads: threads, sequenceLength: CalibrationText.sequenceLength)
    sequences = calibration.sample(Self.sequenceCount)
    states = [try sequences.map(model.embed)]
    for index in 0..<model.layerCount { states.append(states[index].map { model.run(index..<index + 1, on: $0) }) }
    for state in states[model.layerCount] {
      model.distributions(from: state) { _, distributions in
        reference += ReferenceDistributions.Distribution.all(of: distributions)
      }
    }
  }

  /// Tokens of calibration text that are read.
  public var tokenCount: Int { sequences.reduce(0) { $0 + $1.count } }

  /// Measures every layer that a lane quantizes and whose rows are divided by the groups of both formats.
  ///
  /// - Parameters:
  ///   - coarse: The format that is measured.
  ///   - fine: The format that would take its place.
  ///   - progress: Called before each layer with its path, its index and the number of layers.
  /// - Throws: `CheckpointError`, also `.cancelled`.
  public func measure(
    coarse: QuantizationFormat, fine: QuantizationFormat, progress: (String, Int, Int) -> Void,
    isCancelled: () -> Bool
  ) throws -> [LayerSensitivity] {
    let quantized = Set(
      try folder.laneTensors().compactMap { tensor -> String? in
        guard case .layer(let path, _) = tensor else { return nil }
        return path
      })
    let slots = model.slots.filter { quantized.contains($0.path) }
    var sensitivities: [LayerSensitivity] = []
    for (index, slot) in slots.enumerated() {
      if isCancelled() { throw CheckpointError.cancelled }
      progress(slot.path, index, slots.count)
      let shape = model.shape(of: slot)
      let layer = try folder.layer(slot.path)
      guard
        let low = coarse.byteCount(rows: shape.rows, columns: shape.columns, scaleType: layer.type),
        let high = fine.byteCount(rows: shape.rows, columns: shape.columns, scaleType: layer.type)
      else { continue }
      let own = model[slot]
      model[slot] = LayerwiseModel.Weights(
        try layer.quantized(coarse), format: coarse, type: layer.type, shape: shape)
      sensitivities.append(
        LayerSensitivity(
          path: slot.path, weightCount: shape.rows * shape.columns, divergence: try divergence(from: slot),
          extraBytes: high - low))
      model[slot] = own
    }
    return sensitivities
  }

  /// The mean divergence with the current weights, which differ from the reference's in the slot only.
  private func divergence(from slot: MatrixSlot) throws -> Double {
    let start: Int
    let inputs: [HiddenStates]
    switch slot.place {
    case .embedding, .layerInputs: (start, inputs) = (0, try sequences.map(model.embed))
    case .head: (start, inputs) = (model.layerCount, states[model.layerCount])
    case .layer(let index, _): (start, inputs) = (index, states[index])
    }
    var sum = 0.0
    var token = 0
    for input in inputs {
      let last = model.run(start..<model.layerCount, on: input)
      model.distributions(from: last) { _, distributions in
        for index in 0..<distributions.count {
          sum += reference[token].divergence(to: distributions, at: index)
          token += 1
        }
      }
    }
    return sum / Double(token)
  }
}
