import Foundation
import JSON

/// A safetensors file whose header was checked: every tensor lies inside the file, none overlap, and together they fill
/// the file, as the format demands.
///
/// Format: <https://github.com/huggingface/safetensors#format>.
public struct SafetensorsFile: Sendable {
  /// The tensors by name.
  public let tensors: [String: TensorView]
  /// The string pairs under `__metadata__`, in file order.
  public let metadata: [(name: String, value: String)]
  /// The bytes that the tensors point into.
  public let file: MappedFile

  /// Brings a file into memory and checks its header.
  ///
  /// - Throws: `.notFound`, `.unreadable`, or `.safetensors` with the tensor's name and what is wrong.
  /// - Complexity: O(*n* log *n*) in tensors.
  public init(contentsOf url: URL, placement: MappedFile.Placement = .cache) throws(CheckpointError) {
    file = try MappedFile(contentsOf: url, placement: placement)
    do throws(SafetensorsProblem) {
      let header = try SafetensorsHeader(parsing: file.bytes)
      metadata = header.metadata
      tensors = try header.byName(in: file.bytes) { [file] entry in
        TensorView(name: entry.name, type: entry.type, shape: entry.shape, file: file, range: entry.range)
      }
    } catch {
      throw .safetensors(file: url.path, error)
    }
  }
}
