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
