import Checkpoint
import Foundation
import JSON

/// A mixed lane, with what its formats were chosen by.
public struct MixedLane: Sendable {
  public let allocation: BitAllocation
  public let layers: [LayerSensitivity]
  /// Nil if the layers were drawn at random.
  public let calibrationTokens: Int?

  /// Measures a model and spends the budget.
  ///
  /// - Parameters:
  ///   - targetBits: Stored bits per weight, scales, biases and unquantized tensors included.
  ///   - draw: A seed, to choose the layers at random instead of measuring.
  /// - Throws: `CheckpointError` (`.field` for a target below the coarse format's size), `EngineError`.
  public init(
    _ folder: ModelFolder, coarse: QuantizationFormat, fine: QuantizationFormat, targetBits: Double,
    calibration: CalibrationText, threads: Int?, draw: UInt64? = nil,
    progress: (String, Int, Int) -> Void = { _, _, _ in }, isCancelled: () -> Bool = { false }
  ) throws {
    let size = try folder.size(as: coarse)
    let budget = BitAllocation.budget(targetBits: targetBits, uniform: size)
    guard budget > 0 else {
      let least = Double(size.bytes) * 8 / Double(size.parameters)
      throw CheckpointError.field(
        file: folder.url.path, name: "target bits",
        problem: String(format: "are %.2f, but %@ alone takes %.2f", targetBits, coarse.description, least))
    }
    if let draw {
      layers = try folder.unmeasuredLayers(coarse: coarse, fine: fine)
      calibrationTokens = nil
      allocation = BitAllocation(drawing: draw, from: layers, coarse: coarse, fine: fine, budget: budget)
      return
    }
    let measurement = try SensitivityMeasurement(folder, calibration: calibration, threads: threads)
    layers = try measurement.measure(coarse: coarse, fine: fine, progress: progress, isCancelled: isCancelled)
    calibrationTokens = measurement.tokenCount
    allocation = BitAllocation(layers, coarse: coarse, fine: fine, budget: budget)
  }

  /// The sensitivities and the choice, for the folder's `LaneRecord`.
  public var evidence: JSONValue {
    [
      "measure": "mean KL divergence in nats a token with the layer alone in the coarse format",
      "calibration_tokens": calibrationTokens.map { .integer($0) } ?? .null,
      "layers": .array(
        layers.map { layer in
          [
            "path": .string(layer.path), "weights": .integer(layer.weightCount),
            "kl_nats": calibrationTokens == nil ? .null : .number(layer.divergence),
            "bits": .integer(bits(of: layer)),
          ]
        }),
    ]
  }

  /// The layers in order of their benefit, as a table for people.
  public var table: String {
    let header = "layer".padding(toLength: 42, withPad: " ", startingAt: 0) + "     weights  KL nats/token  bits"
    let rows = layers.sorted { $0.benefit > $1.benefit }.map { layer in
      layer.path.padding(toLength: 42, withPad: " ", startingAt: 0)
        + String(format: "%12d  %13.6f  %4d", layer.weightCount, layer.divergence, bits(of: layer))
    }
    return ([header] + rows).joined(separator: "\n")
  }

  private func bits(of layer: LayerSensitivity) -> Int {
    (allocation.chosen.contains(layer.path) ? allocation.fine : allocation.coarse).bits
  }
}

extension ModelFolder {
  /// Parameters, and bytes of the uniform lane in a format.
  fileprivate func size(as format: QuantizationFormat) throws(CheckpointError) -> (parameters: Int, bytes: Int) {
    var (parameters, bytes) = (0, 0)
    for tensor in try laneTensors() {
      switch tensor {
      case .copied(let elements, let size):
        parameters += elements
        bytes += size
      case .layer(_, let layer):
        let (rows, columns) = (layer.weight.rowCount, layer.weight.columnCount)
        parameters += rows * columns
        bytes +=
          format.byteCount(rows: rows, columns: columns, scaleType: layer.type) ?? rows * columns * layer.type.byteWidth
      }
    }
    return (parameters, bytes)
  }

  /// The layers that both formats divide, without sensitivities.
  fileprivate func unmeasuredLayers(
    coarse: QuantizationFormat, fine: QuantizationFormat
  ) throws(CheckpointError) -> [LayerSensitivity] {
    var layers: [LayerSensitivity] = []
    for case .layer(let path, let layer) in try laneTensors() {
      let (rows, columns) = (layer.weight.rowCount, layer.weight.columnCount)
      guard let low = coarse.byteCount(rows: rows, columns: columns, scaleType: layer.type),
        let high = fine.byteCount(rows: rows, columns: columns, scaleType: layer.type)
      else { continue }
      layers.append(
        LayerSensitivity(path: path, weightCount: rows * columns, divergence: 0, extraBytes: high - low))
    }
    return layers
  }
}
