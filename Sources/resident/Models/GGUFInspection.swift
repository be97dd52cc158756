import Checkpoint
import Foundation
import JSON
import Measurements
import Platform

/// What a GGUF file says of itself: its family, bytes per tensor type, and what an import would make of it.
struct GGUFInspection {
  private let file: GGUFFile
  private let size: Int
  /// Largest first.
  private let storages: [StoredTensors]

  /// - Throws: `CheckpointError` for a file that is none.
  init(contentsOf url: URL) throws {
    file = try GGUFFile(contentsOf: url)
    size = try FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path)[.size] as? Int ?? 0
    storages = file.storages
  }

  private var parameters: Int { storages.reduce(0) { $0 + $1.parameterCount } }
  private var bitsPerWeight: Double {
    Double(storages.reduce(0) { $0 + $1.byteCount }) * 8 / Double(max(parameters, 1))
  }
  private var architecture: String? { file.metadata["general.architecture"]?.string }
  private var name: String? { file.metadata["general.name"]?.string }
  private var contextLength: Int? { architecture.flatMap { file.metadata["\($0).context_length"]?.integer } }

  /// Several lines, each ending in a line feed.
  var text: String {
    let rows =
      [["type", "tensors", "parameters", "bytes"]]
      + storages.map { [$0.format, "\($0.tensorCount)", "\($0.parameterCount)", "\($0.byteCount)"] }
    let table = TextTable(aligning: rows)
    let facts = [
      ("file", "\(file.url.path), GGUF version \(file.version)"), ("name", name ?? "-"),
      ("family", architecture ?? "-"), ("context", contextLength.map { $0.counted("token") } ?? "-"),
      ("size", String(format: "%.1f MB, %.2f bits per weight", Double(size) / 1e6, bitsPerWeight)),
      ("parameters", "\(parameters)"),
    ].map { [$0.0, $0.1.printable] }
    let list = TextTable(aligning: facts, as: .words)
    return facts.map { list.line($0) + "\n" }.joined() + "\n" + rows.map { table.line($0) + "\n" }.joined()
      + "\n`resident models add \(ShellWord.quoted(file.url.path))` makes it a model of the library; "
      + "`models import --explain` says what becomes of each tensor\n"
  }

  var json: JSONValue {
    [
      "path": .string(file.url.path), "gguf_version": .integer(Int(file.version)), "name": .init(name),
      "architecture": .init(architecture), "context_length": contextLength.map { .integer($0) } ?? .null,
      "bytes": .integer(size), "parameters": .integer(parameters), "bits_per_weight": .number(bitsPerWeight),
      "storages": .array(
        storages.map {
          [
            "type": .string($0.format), "tensors": .integer($0.tensorCount), "parameters": .integer($0.parameterCount),
            "bytes": .integer($0.byteCount),
          ]
        }),
    ]
  }
}
