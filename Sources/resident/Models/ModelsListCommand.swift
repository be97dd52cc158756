import ArgumentParser
import Checkpoint
import Foundation
import JSON
import Measurements
import Runner

struct ModelsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the models of the library: id, family, lane, size and where they lie.",
    discussion: "Example: resident models list --found")

  @OptionGroup var library: LibraryOption

  @Flag(help: "List what Hugging Face, LM Studio and Ollama keep on this machine as well.")
  var found = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let library = library.library
    var rows = library.ids.map { id in
      Row(id: id, url: library.root.appendingPathComponent(id.rawValue), keeper: nil)
    }
    rows += library.idsOfGGUF.map { id in
      Row(id: id, url: library.root.appendingPathComponent(id.rawValue), keeper: nil, isGGUF: true)
    }
    if found {
      let known = Set(rows.map { $0.url.resolvingSymlinksInPath().path })
      rows += FoundModels(home: DataLocations.home, environment: ProcessInfo.processInfo.environment).models
        .filter { !known.contains($0.url.resolvingSymlinksInPath().path) }
        .map { Row(id: $0.id, url: $0.url, keeper: $0.keeper) }
    }
    if json {
      let object: JSONValue = ["library": .string(library.root.path), "models": .array(rows.map(\.json))]
      return Terminal.write(result: object)
    }
    guard !rows.isEmpty else {
      return Terminal.write(
        "\(library.root.path) has no models; `resident models add PATH` adds one, `--found` lists what is on this machine\n"
      )
    }
    let header = ["id", "family", "lane", "size", "path"]
    let style = TerminalStyle()
    Terminal.write(style.table(header, rows.map(\.cells)), style)
  }
}

/// A model with what its files say of it.
private struct Row {
  let id: ModelID
  let path: String
  let url: URL
  /// Who keeps it; nil for one of the library.
  let keeper: String?
  private let family: String?
  private let lane: String?
  /// Of the weights.
  private let byteCount: Int?

  /// - Parameter isGGUF: Whether the place in the library holds GGUF files only.
  init(id: ModelID, url: URL, keeper: String?, isGGUF: Bool = false) {
    self.id = id
    self.url = url
    self.keeper = keeper
    path = url.resolvingSymlinksInPath().path
    let inspection = try? ModelInspection(contentsOf: url, hashes: false, isCancelled: { false })
    family = isGGUF ? "GGUF" : inspection?.architecture
    lane =
      isGGUF
      ? "no MLX build"
      : inspection.map { inspection in
        let storage = inspection.storages.max { $0.parameterCount < $1.parameterCount }
        let bits = String(format: "%.2f bits", inspection.bitsPerWeight)
        return [storage?.format, bits].compactMap(\.self).joined(separator: ", ")
      }
    let size = (try? url.resolvingSymlinksInPath().resourceValues(forKeys: [.fileSizeKey]))?.fileSize
    byteCount = inspection?.byteCount ?? (isGGUF ? nil : size)
  }

  var cells: [String] {
    let size = byteCount.map { String(format: "%.1f MB", Double($0) / 1e6) } ?? "-"
    return [
      id.rawValue, family ?? (keeper == nil ? "unreadable" : "GGUF"), lane ?? "-", size,
      path + (keeper.map { " (\($0))" } ?? ""),
    ]
  }

  var json: JSONValue {
    [
      "id": .string(id.rawValue), "family": family.map { .string($0) } ?? .null,
      "lane": lane.map { .string($0) } ?? .null,
      "bytes": byteCount.map { .integer($0) } ?? .null, "path": .string(path),
      "found_with": keeper.map { .string($0) } ?? .null,
    ]
  }
}
