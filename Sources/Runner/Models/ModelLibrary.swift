import Foundation
import Measurements

/// The folder under which model folders lie by id, `org/name` as `org/name`.
public struct ModelLibrary: Sendable {
  public let root: URL

  public init(root: URL) { self.root = root }

  /// The folder of a model.
  ///
  /// - Throws: `.unknownModel` with the ids that exist; an id never resolves to anything else.
  public func folder(of id: ModelID) throws(RunnerError) -> URL {
    let parts = id.rawValue.split(separator: "/", omittingEmptySubsequences: false)
    let isPlain = (1...2).contains(parts.count) && parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") }
    let url = root.appendingPathComponent(id.rawValue)
    guard isPlain, FileManager.default.fileExists(atPath: url.appendingPathComponent("config.json").path) else {
      throw .unknownModel(id, library: root.path, known: ids)
    }
    return url
  }

  /// The ids of all model folders, sorted.
  public var ids: [ModelID] {
    let manager = FileManager.default
    func children(_ url: URL) -> [String] {
      ((try? manager.contentsOfDirectory(atPath: url.path)) ?? []).filter { !$0.hasPrefix(".") }
    }
    func isModel(_ url: URL) -> Bool {
      manager.fileExists(atPath: url.appendingPathComponent("config.json").path)
    }
    var found: [ModelID] = []
    for name in children(root) {
      let url = root.appendingPathComponent(name)
      if isModel(url) { found.append(ModelID(rawValue: name)) }
      for inner in children(url) where isModel(url.appendingPathComponent(inner)) {
        found.append(ModelID(rawValue: "\(name)/\(inner)"))
      }
    }
    return found.sorted()
  }
}
