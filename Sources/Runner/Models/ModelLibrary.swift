import Foundation
import Measurements

/// The folder under which model folders lie by id, `org/name` as `org/name`.
public struct ModelLibrary: Sendable {
  public let root: URL

  public init(root: URL) { self.root = root }

  /// The folder of a model.
  ///
  /// - Throws: `.unknownModel` with the ids that exist, `.onlyGGUF`; an id never resolves to anything else.
  public func folder(of id: ModelID) throws(RunnerError) -> URL {
    guard let url = place(of: id), Self.isModel(url) else {
      let files = place(of: id).flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0.path) } ?? []
      let legacy = files.filter { $0.lowercased().hasSuffix(".gguf") }.sorted()
      if !legacy.isEmpty { throw .onlyGGUF(id, files: legacy) }
      throw .unknownModel(id, library: root.path, known: ids)
    }
    return url
  }

  /// Where the folder of a model lies, or would lie; nil for an id that is neither `name` nor `org/name`.
  public func place(of id: ModelID) -> URL? {
    let parts = id.rawValue.split(separator: "/", omittingEmptySubsequences: false)
    let isPlain = (1...2).contains(parts.count) && parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") }
    return isPlain ? root.appendingPathComponent(id.rawValue) : nil
  }

  /// Whether a folder is that of a model, by its configuration.
  public static func isModel(_ folder: URL) -> Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent("config.json").path)
  }

  /// The ids of all model folders, sorted.
  public var ids: [ModelID] {
    let manager = FileManager.default
    func children(_ url: URL) -> [String] {
      ((try? manager.contentsOfDirectory(atPath: url.path)) ?? []).filter { !$0.hasPrefix(".") }
    }
    var found: [ModelID] = []
    for name in children(root) {
      let url = root.appendingPathComponent(name)
      if Self.isModel(url) { found.append(ModelID(rawValue: name)) }
      for inner in children(url) where Self.isModel(url.appendingPathComponent(inner)) {
        found.append(ModelID(rawValue: "\(name)/\(inner)"))
      }
    }
    return found.sorted()
  }
}
