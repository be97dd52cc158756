import Foundation
import JSON

/// Makes the codes, scales and biases of one layer: its path, its weight and the format to use.
public typealias LayerQuantizer =
  (String, LayerConverter, QuantizationFormat) throws(CheckpointError) -> QuantizedParts

/// Writes a folder's model in another lane, one layer at a time.
struct LaneWriter {
  let folder: ModelFolder
  let plan: LanePlan
  let quantize: LayerQuantizer

  /// Writes `model.safetensors`.
  func writeWeights(
    to url: URL, progress: (ConversionProgress) -> Void, isCancelled: () -> Bool
  ) throws(CheckpointError) {
    let writer = try SafetensorsWriter(creating: url, entries: plan.entries)
    let total = plan.steps.reduce(0) { $0 + LanePlan.byteCount(of: $1) }
    var done = 0
    for step in plan.stepsInOrder {
      if isCancelled() { throw .cancelled }
      let name: String
      switch step {
      case .copy(let tensor, let type):
        name = tensor.name
        try copy(tensor, as: type, to: writer)
      case .layer(let path, let weight, let type, let format):
        name = path
        try convert(path, weight, type, format, to: writer)
      }
      done += LanePlan.byteCount(of: step)
      progress(ConversionProgress(name: name, doneBytes: done, totalBytes: total))
    }
    try writer.finish()
  }

  private func copy(_ tensor: TensorView, as type: TensorType, to writer: SafetensorsWriter) throws(CheckpointError) {
    if tensor.type == type { return try writer.write(tensor.bytes, to: tensor.name) }
    let converter = LayerConverter(weight: .plain(tensor), type: type, name: tensor.name, file: folder.url.path)
    try writer.write(try converter.floats(), to: tensor.name)
  }

  private func convert(
    _ path: String, _ weight: LayerWeight, _ type: TensorType, _ format: QuantizationFormat?,
    to writer: SafetensorsWriter
  ) throws(CheckpointError) {
    let name = "\(path).weight"
    let converter = LayerConverter(weight: weight, type: type, name: name, file: folder.url.path)
    guard let format else { return try writer.write(try converter.floats(), to: name) }
    let parts = try quantize(path, converter, format)
    try writer.write(parts.codes, to: name)
    try writer.write(parts.scales, to: "\(path).scales")
    if format.mode == .affine { try writer.write(parts.biases, to: "\(path).biases") }
  }
}

extension LayerConverter {
  /// Quantizes each layer as `mx.quantize` does.
  public static let standard:
    @Sendable (String, LayerConverter, QuantizationFormat) throws(CheckpointError)
      -> QuantizedParts = { _, layer, format throws(CheckpointError) in try layer.quantized(format) }
}
