import Foundation
import JSON

/// Turns checkpoints of other formats into MLX model folders.
public enum ModelImporter {
  /// Turns a GGUF file of the llama family into an MLX model folder without changing a code.
  ///
  /// Q4_1 and Q4_0 become affine 4-bit in groups of 32, Q8_0 affine 8-bit in groups of 32, F16 stays, and F32 is rounded
  /// to F16. Query and key rows return to Hugging Face's order. The folder appears under its name only when complete.
  ///
  /// - Parameters:
  ///   - folder: Must not exist, or be empty.
  ///   - progress: Called after each tensor.
  ///   - isCancelled: Asked before each tensor.
  /// - Throws: `.gguf` with the tensor or metadata key that cannot be imported; `.targetNotEmpty`, `.unwritable`,
  ///   `.diskFull`, `.cancelled`.
  public static func importGGUF(
    _ file: URL, to folder: URL, progress: (ConversionProgress) -> Void = { _ in },
    isCancelled: () -> Bool = { Task.isCancelled }
  ) throws(CheckpointError) {
    let source = try GGUFFile(contentsOf: file)
    let model = try PreparedImport(source)
    let partial = try PartialFolder(for: folder)
    try model.writeWeights(
      to: partial.url.appendingPathComponent("model.safetensors"), progress: progress, isCancelled: isCancelled)
    let record = LaneRecord(
      lane: "imported", format: nil,
      source: .gguf(name: file.lastPathComponent, sha256: try source.file.sha256(isCancelled: isCancelled)))
    for (name, text) in model.texts + [(LaneRecord.fileName, record.json.serialized(.pretty))] {
      try OutputFile.write(text, to: partial.url.appendingPathComponent(name))
    }
    try partial.commit()
  }
}

/// A GGUF file whose every part was matched with what it becomes; only the bytes remain to be moved.
struct PreparedImport {
  let source: GGUFFile
  let config: ModelConfig
  let tokenizer: GGUFTokenizer
  let plan: ImportPlan

  init(_ source: GGUFFile) throws(CheckpointError) {
    self.source = source
    var json: JSONObject
    let family: GGUFFamily
    do throws(GGUFProblem) {
      family = try Self.family(of: source)
      tokenizer = try GGUFTokenizer(source)
      json = try source.configJSON(family: family, tokenizer: tokenizer)
    } catch {
      throw .gguf(file: source.url.path, error)
    }
    let plain = try ModelConfig(parsing: .object(json), file: source.url.path)
    do throws(GGUFProblem) {
      plan = try ImportPlan(source, family: family, config: plain)
    } catch {
      throw .gguf(file: source.url.path, error)
    }
    json["quantization"] = plan.quantization?.json
    config = try ModelConfig(parsing: .object(json), file: source.url.path)
  }

  private static func family(of source: GGUFFile) throws(GGUFProblem) -> GGUFFamily {
    let name = try source.string("general.architecture")
    guard let family = GGUFFamily.all.first(where: { $0.architecture == name }) else {
      throw .unsupported(
        field: "general.architecture", value: name, supported: GGUFFamily.all.map(\.architecture))
    }
    return family
  }

  /// The folder's text files by name.
  var texts: [(name: String, text: String)] {
    [
      ("config.json", JSONValue.object(config.json).serialized(.pretty)),
      ("generation_config.json", JSONValue.object(tokenizer.specialTokenIDs).serialized(.pretty)),
      ("tokenizer.json", tokenizer.tokenizerText),
      (
        "tokenizer_config.json",
        tokenizer.tokenizerConfig(contextLength: config.maxPositionEmbeddings).serialized(.pretty)
      ),
    ]
  }
}

/// Moving the bytes.
extension PreparedImport {
  /// Writes `model.safetensors`, one tensor at a time.
  func writeWeights(
    to url: URL, progress: (ConversionProgress) -> Void, isCancelled: () -> Bool
  ) throws(CheckpointError) {
    let writer = try SafetensorsWriter(creating: url, entries: plan.steps.flatMap(entries))
    let total = plan.steps.reduce(0) { $0 + $1.tensor.range.count }
    var done = 0
    for step in plan.steps {
      if isCancelled() { throw .cancelled }
      try write(step, to: writer)
      done += step.tensor.range.count
      progress(ConversionProgress(name: step.tensor.name, doneBytes: done, totalBytes: total))
    }
    try writer.finish()
  }

  private func entries(of step: ImportPlan.Step) -> [SafetensorsWriter.Entry] {
    guard let format = step.format else {
      return [.init(name: "\(step.path).weight", type: .F16, shape: step.tensor.shape)]
    }
    return format.entries(path: step.path, shape: step.tensor.shape, scaleType: .F16)
  }

  private func write(_ step: ImportPlan.Step, to writer: SafetensorsWriter) throws(CheckpointError) {
    let tensor = step.tensor
    var affine = GGUFBlocks.Affine()
    var halves: [UInt16] = []
    let elementCount = tensor.rowCount * tensor.columnCount
    if let format = step.format {
      affine.reserveCapacity(elementCount, format: format)
    } else {
      halves.reserveCapacity(elementCount)
    }
    let rowBytes = tensor.columnCount / tensor.type.blockSize * tensor.type.blockBytes
    for row in 0..<tensor.rowCount {
      let sourceRow =
        step.rotaryHeads == nil ? row : RotaryRows.source(of: row, headDimension: config.headDimension)
      let bytes = UnsafeRawBufferPointer(rebasing: tensor.bytes[sourceRow * rowBytes..<(sourceRow + 1) * rowBytes])
      let isFinite =
        step.format == nil
        ? GGUFBlocks.append(bytes, of: tensor.type, to: &halves)
        : GGUFBlocks.append(bytes, of: tensor.type, to: &affine)
      guard isFinite else {
        throw .gguf(
          file: source.url.path,
          .badTensor(tensor.name, problem: "holds a value in row \(sourceRow) that is not finite in half precision"))
      }
    }
    if step.format == nil {
      try writer.write(halves, to: "\(step.path).weight")
    } else {
      try writer.write(affine.codes, to: "\(step.path).weight")
      try writer.write(affine.scales, to: "\(step.path).scales")
      try writer.write(affine.biases, to: "\(step.path).biases")
    }
  }
}

/// The order of query and key rows.
///
/// GGUF's llama family interleaves the two halves of each head, since its rotary embedding turns neighbours; Hugging
/// Face and MLX turn element *i* with element *i* + *D*/2.
enum RotaryRows {
  /// The GGUF row that holds a checkpoint's row, of heads with an even number of rows.
  static func source(of row: Int, headDimension: Int) -> Int {
    let half = headDimension / 2
    let (head, inHead) = row.quotientAndRemainder(dividingBy: headDimension)
    return head * headDimension + 2 * (inHead % half) + inHead / half
  }
}
