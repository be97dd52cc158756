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
      let files = place(of: id).map(Self.ggufFiles) ?? []
      if !files.isEmpty { throw .onlyGGUF(id, files: files) }
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

  /// The ids of all model folders, sorted. What lies in a model's folder is none of them.
  public var ids: [ModelID] { places.filter { Self.isModel($0.url) }.map(\.id).sorted() }

  /// The ids whose place holds GGUF files and no model folder, sorted: they have no MLX build.
  public var idsOfGGUF: [ModelID] {
    places.filter { !Self.isModel($0.url) && !Self.ggufFiles(in: $0.url).isEmpty }.map(\.id).sorted()
  }

  /// Every folder of one or two parts below the root.
  private var places: [(id: ModelID, url: URL)] {
    Self.children(root).flatMap { name -> [(id: ModelID, url: URL)] in
      let url = root.appendingPathComponent(name)
      let own = [(id: ModelID(rawValue: name), url: url)]
      guard !Self.isModel(url) else { return own }
      return own
        + Self.children(url).map {
          (id: ModelID(rawValue: "\(name)/\($0)"), url: url.appendingPathComponent($0))
        }
    }
  }

  private static func ggufFiles(in folder: URL) -> [String] {
    children(folder).filter { $0.lowercased().hasSuffix(".gguf") }.sorted()
  }

  private static func children(_ url: URL) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).filter { !$0.hasPrefix(".") }
  }
}
