import Foundation
import JSON

/// Turns checkpoints of other formats into MLX model folders.
public enum ModelImporter {
  /// Turns a GGUF file into an MLX model folder without changing a code that an MLX format can hold.
  ///
  /// Blocks of 32 with 4, 5 or 8 bits become affine groups of 32: with half-precision scales where these are exact, as
  /// for Q4_0, Q4_1, Q5_0, Q5_1 and Q8_0, and with F32 scales otherwise, as for Q4_K and Q5_K. MXFP4 stays. Q6_K has
  /// groups of 16, which MLX does not: it is rounded to BF16, unless neighbouring groups share their scales. F16 and BF16
  /// stay, F32 is rounded to the half precision of the family. Query and key rows return to Hugging Face's order. The
  /// folder appears under its name only when complete; `resident-lane.json` lists the matrices that were rounded.
  ///
  /// - Parameters:
  ///   - folder: Must not exist, or be empty.
  ///   - explain: Called before anything is written, with what becomes of each tensor.
  ///   - progress: Called after each tensor.
  ///   - isCancelled: Asked before each tensor.
  /// - Throws: `.gguf` with the tensor or metadata key that cannot be imported; `.targetNotEmpty`, `.unwritable`,
  ///   `.diskFull`, `.cancelled`.
  public static func importGGUF(
    _ file: URL, to folder: URL, explain: ([ImportedTensor]) -> Void = { _ in },
    progress: (ConversionProgress) -> Void = { _ in }, isCancelled: () -> Bool = { Task.isCancelled }
  ) throws(CheckpointError) {
    let source = try GGUFFile(contentsOf: file)
    let model = try PreparedImport(source)
    explain(model.plan.explanation)
    let partial = try PartialFolder(for: folder)
    try model.writeWeights(
      to: partial.url.appendingPathComponent("model.safetensors"), progress: progress, isCancelled: isCancelled)
    let record = LaneRecord(
      lane: "imported", format: nil,
      source: .gguf(name: file.lastPathComponent, sha256: try source.file.sha256(isCancelled: isCancelled)),
      evidence: model.roundedMatrices)
    for (name, text) in model.texts + [(LaneRecord.fileName, record.json.serialized(.pretty))] {
      try OutputFile.write(text, to: partial.url.appendingPathComponent(name))
    }
    try partial.commit()
  }

  /// What an import would make of each tensor of a GGUF file.
  ///
  /// - Throws: `.gguf` with the tensor or metadata key that cannot be imported.
  /// - Complexity: O(*n*) in bytes: every value is looked at.
  public static func explainGGUF(_ file: URL) throws(CheckpointError) -> [ImportedTensor] {
    try PreparedImport(try GGUFFile(contentsOf: file)).plan.explanation
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
    do throws(GGUFProblem) {
      let family = try GGUFFamily.of(source)
      tokenizer = try GGUFTokenizer(source)
      let sizes = try GGUFSizes(source, family: family, vocabularySize: tokenizer.tokens.count)
      json = try source.configJSON(family: family, sizes: sizes, tokenizer: tokenizer)
      plan = try ImportPlan(source, family: family, sizes: sizes)
    } catch {
      throw .gguf(file: source.url.path, error)
    }
    json["quantization"] = plan.quantization?.json
    config = try ModelConfig(parsing: .object(json), file: source.url.path)
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

  /// The matrices that are not what they were, by name; nil if there are none.
  var roundedMatrices: JSONValue? {
    let rounded = plan.steps.filter { $0.isMatrix && !$0.form.isExact }
    if rounded.isEmpty { return nil }
    return [
      "rounded": .object(
        JSONObject(rounded.map { ($0.name, .string("\($0.tensor.type.name) to \($0.form.description)")) }))
    ]
  }

  /// Writes `model.safetensors`, one tensor at a time.
  func writeWeights(
    to url: URL, progress: (ConversionProgress) -> Void, isCancelled: () -> Bool
  ) throws(CheckpointError) {
    let converters = plan.steps.map { TensorConverter(step: $0) }
    let writer = try SafetensorsWriter(creating: url, entries: converters.flatMap(\.entries))
    let total = plan.steps.reduce(0) { $0 + $1.tensor.range.count }
    var done = 0
    for converter in converters {
      if isCancelled() { throw .cancelled }
      try converter.write(to: writer)
      done += converter.step.tensor.range.count
      progress(ConversionProgress(name: converter.step.tensor.name, doneBytes: done, totalBytes: total))
    }
    try writer.finish()
  }
}
