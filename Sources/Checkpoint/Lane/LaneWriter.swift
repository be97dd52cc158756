import Foundation
import JSON

extension ModelFolder {
  /// Writes this model in another lane into a new folder, which appears under its name only when complete.
  ///
  /// Unless `quantize` is given, codes, scales and biases equal `mx.quantize`'s for the same weights. A source that is
  /// quantized itself is dequantized in 32-bit floats and rounded once to the type of its scales. As in
  /// `mlx_lm.convert`, layers whose input size is no multiple of the group stay unquantized. The tokenizer's files are
  /// copied, and `resident-lane.json` records how the folder was made, with the caveats of ``caveats(of:)``. Memory use
  /// is about the largest layer's.
  ///
  /// - Parameters:
  ///   - evidence: What the lane's formats were chosen by, for `resident-lane.json`.
  ///   - quantize: Makes the parts of each quantized layer.
  ///   - target: Must not exist, or be empty.
  ///   - progress: Called after each layer.
  ///   - isCancelled: Asked before each layer.
  /// - Throws: `.field` for a uniform or distilled lane that is not affine, or a microscaling one that is; `.tensor` for
  ///   a weight that is not finite; `.targetNotEmpty`, `.unwritable`, `.diskFull`, `.cancelled`.
  public func write(
    _ lane: Lane, evidence: JSONValue? = nil,
    quantizingBy quantize: @escaping LayerQuantizer = LayerConverter.standard,
    to target: URL, progress: (ConversionProgress) -> Void = { _ in },
    isCancelled: () -> Bool = { Task.isCancelled }
  ) throws(CheckpointError) {
    guard lane.isConsistent else {
      let mode = lane.format?.mode.rawValue ?? "none"
      throw .field(file: target.path, name: "mode", problem: "is \(mode), which the lane \(lane.name) does not use")
    }
    let plan = try LanePlan(self, lane: lane)
    let partial = try PartialFolder(for: target)
    let caveats = LaneCaveats(plan, source: try LaneRecord.read(in: url))
    let record = LaneRecord(
      lane: lane.name, format: lane.format,
      source: .manifest(hash: try WeightManifest(of: self, isCancelled: isCancelled).hash),
      caveats: caveats.isEmpty ? nil : caveats, evidence: evidence)
    try LaneWriter(folder: self, plan: plan, quantize: quantize).writeWeights(
      to: partial.url.appendingPathComponent("model.safetensors"), progress: progress, isCancelled: isCancelled)
    try OutputFile.write(
      configJSON(of: plan).serialized(.pretty), to: partial.url.appendingPathComponent("config.json"))
    try OutputFile.write(
      record.json.serialized(.pretty), to: partial.url.appendingPathComponent(LaneRecord.fileName))
    try copyOtherFiles(to: partial.url)
    try partial.commit()
  }

  private func configJSON(of plan: LanePlan) -> JSONValue {
    var json = config.json
    json["quantization_config"] = nil
    json["quantization"] = plan.quantization?.json
    if plan.lane == .bf16 {
      for name in ["torch_dtype", "dtype"] where json[name] != nil { json[name] = "bfloat16" }
    }
    return .object(json)
  }

  /// Copies the tokenizer's and the generation's settings; code and weights stay behind.
  private func copyOtherFiles(to target: URL) throws(CheckpointError) {
    let own: Set = ["config.json", LaneRecord.fileName, WeightFileNames.indexName]
    let kinds: Set = ["json", "jinja", "model", "txt", "tiktoken"]
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: url.path)
    } catch {
      throw .unreadable(url.path, reason: "its contents cannot be listed")
    }
    // Templates, and what says how vectors are made of texts, may stand in folders of their own.
    let inner = WeightManifest.otherFiles(in: url).filter {
      $0.contains("/") && FileManager.default.fileExists(atPath: url.appendingPathComponent($0).path)
    }
    for name in names.sorted().filter({ kinds.contains(($0 as NSString).pathExtension) }) + inner
    where !own.contains(name) {
      let copy = target.appendingPathComponent(name)
      do {
        try FileManager.default.createDirectory(
          at: copy.deletingLastPathComponent(), withIntermediateDirectories: true)
      } catch {
        throw .unwritable(copy.path, reason: "its folder cannot be made")
      }
      try MappedFile(contentsOf: url.appendingPathComponent(name)).withBytes { bytes throws(CheckpointError) in
        try OutputFile.write(bytes, to: copy)
      }
    }
  }
}

/// How far a conversion has come.
public struct ConversionProgress: Sendable, Equatable {
  /// The tensor or layer that was just finished.
  public let name: String
  /// Bytes of the source that are done.
  public let doneBytes: Int
  /// Bytes of the source in all.
  public let totalBytes: Int

  public init(name: String, doneBytes: Int, totalBytes: Int) {
    (self.name, self.doneBytes, self.totalBytes) = (name, doneBytes, totalBytes)
  }
}

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
