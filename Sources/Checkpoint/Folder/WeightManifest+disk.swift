import Foundation

/// Hashing a folder of any family, for a comparison with what was loaded from it before.
extension WeightManifest {
  /// The SHA-256 of each file that decides now what the model computes, and of the files of the given names, by name.
  ///
  /// Weights are those that ``ModelFolder`` would load or, where it knows no such family, all of `model*.safetensors`.
  ///
  /// - Parameters:
  ///   - names: Files that decided when the folder was measured; those that are gone are left out.
  /// - Throws: `.unreadable`, `.cancelled`.
  /// - Complexity: O(*n*) in bytes.
  public static func currentHashes(
    of folder: URL, including names: [String], isCancelled: () -> Bool = { Task.isCancelled }
  ) throws(CheckpointError) -> [String: String] {
    var hashes: [String: String] = [:]
    for name in Set(names + weightNames(in: folder) + otherFiles(in: folder)).sorted() where isInFolder(name) {
      let file: MappedFile
      do throws(CheckpointError) {
        file = try MappedFile(contentsOf: folder.appendingPathComponent(name))
      } catch {
        if case .notFound = error { continue }
        throw error
      }
      hashes[name] = try file.sha256(isCancelled: isCancelled)
    }
    return hashes
  }

  /// Whether a name is that of a file in the folder, or in a folder of it: names come from databases and datasets.
  public static func isInFolder(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count <= 2 && parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") }
  }

  private static func weightNames(in folder: URL) -> [String] {
    if let known = try? ModelFolder(contentsOf: folder) { return known.weightFiles.map(\.url.lastPathComponent) }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasPrefix("model") && $0.hasSuffix(".safetensors") }
  }
}
