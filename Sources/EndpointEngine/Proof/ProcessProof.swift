import Checkpoint
import Foundation
import Platform

/// Which process serves a port, and which weights it has.
struct ProcessProof {
  /// The process that listens, or that was started here.
  let root: Int32
  /// The model folders and GGUF files among what its tree has open or mapped; where there are none, among the words it
  /// was started with.
  let sources: [URL]

  /// - Returns: Nil where the server runs on another machine, or as another user.
  init?(of url: URL, managed: Int32? = nil) {
    guard let root = managed ?? Self.listener(of: url) else { return nil }
    self.root = root
    let tree = ProcessTable.tree(of: root)
    let open = tree.flatMap(ProcessTable.openFiles).filter { $0.hasSuffix(".safetensors") || $0.hasSuffix(".gguf") }
    let named = tree.flatMap { process in
      let folder = ProcessTable.workingFolder(of: process).map { URL(fileURLWithPath: $0, isDirectory: true) }
      return ProcessTable.commandLine(of: process).map { URL(fileURLWithPath: $0, relativeTo: folder) }.filter(
        Self.isSource)
    }
    let files = open.map { URL(fileURLWithPath: $0) }.map {
      $0.pathExtension == "gguf" ? $0 : $0.deletingLastPathComponent()
    }
    let found = files.isEmpty ? named : files
    sources = Array(Set(found.map { $0.resolvingSymlinksInPath().standardizedFileURL })).sorted { $0.path < $1.path }
  }

  /// Whether the one source there is has the weights of that manifest.
  func holds(_ manifest: WeightManifest, of folder: ModelFolder) throws -> Bool {
    guard sources.count == 1, let source = sources.first else { return false }
    guard source.pathExtension == "gguf" else {
      guard let served = try? ModelFolder(contentsOf: source) else { return false }
      return try WeightManifest(of: served) == manifest
    }
    // A folder that was imported from a GGUF file without loss names it.
    guard case .gguf(_, let sha256)? = try ModelInspection(of: folder).lane?.source else { return false }
    return try MappedFile(contentsOf: source).sha256() == sha256
  }

  /// The process that listens where a URL of this machine points.
  static func listener(of url: URL) -> Int32? {
    let host = url.host ?? ""
    guard host == "localhost" || host == "::1" || host == "[::1]" || host.hasPrefix("127.") else { return nil }
    return ProcessTable.listener(onPort: url.port ?? (url.scheme == "https" ? 443 : 80))
  }

  private static func isSource(_ url: URL) -> Bool {
    let manager = FileManager.default
    return url.pathExtension == "gguf"
      ? manager.fileExists(atPath: url.path)
      : manager.fileExists(atPath: url.appendingPathComponent("config.json").path)
  }
}
