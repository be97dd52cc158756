import Checkpoint
import Foundation
import JSON
import NativeEngine
import Platform

/// What is known about the weights that a server serves.
struct WeightsProof {
  enum Level: String {
    /// The serving process has the folder's weights open.
    case process
    /// The server's answers fit the folder's weights.
    case fingerprint
    case unverified
  }

  let level: Level
  /// Nil if unverified.
  let manifest: WeightManifest?
  /// How it is known, for people.
  let detail: String
  /// How the server continued the fixed texts, which are asked again later.
  let readings: [FingerprintReading]

  init(level: Level, manifest: WeightManifest?, detail: String, readings: [FingerprintReading]) {
    (self.level, self.manifest, self.detail, self.readings) = (level, manifest, detail, readings)
  }

  /// Examines a server.
  ///
  /// - Throws: `.otherWeights` if its answers contradict the folder; another `EndpointError` if it cannot be asked.
  init(of endpoint: Endpoint, _ folder: ClaimedFolder, process: ProcessProof?, within seconds: Double) throws {
    let readings = try FingerprintReading.texts.map {
      try FingerprintReading(of: $0, at: endpoint, by: folder, within: seconds)
    }
    self.readings = readings
    guard let model = folder.model, let manifest = try? WeightManifest(of: model) else {
      (level, self.manifest) = (.unverified, nil)
      detail = "the weights of the folder cannot be read"
      return
    }
    // Without a tokenizer nothing says which tokens the answers are.
    let session = folder.tokenizer == nil ? nil : try? Session(model, options: .init(contextLength: 256))
    let fingerprint = try session.map { try Fingerprint(of: readings, by: $0) }
    if let fingerprint, !fingerprint.agrees {
      throw EndpointError.otherWeights("by its fingerprint: \(fingerprint.description)")
    }
    let unread = folder.unreadTokenizer.map { "; no answers were compared with the weights: \($0)" } ?? ""
    let figures = fingerprint.map { "; \($0.description)" } ?? unread
    if let process, try process.holds(manifest, of: model), Self.isAlone(endpoint, process) {
      (level, self.manifest) = (.process, manifest)
      detail = "the serving process has \(process.sources[0].lastPathComponent)\(figures)"
    } else if fingerprint != nil {
      (level, self.manifest) = (.fingerprint, manifest)
      detail = String(figures.dropFirst(2))
    } else {
      (level, self.manifest) = (.unverified, nil)
      detail = "neither the serving process nor the native engine proves the weights\(unread)"
    }
  }

  /// Whether the requested name, if it is a path, is that of the one model the process has.
  static func isAlone(_ endpoint: Endpoint, _ process: ProcessProof) -> Bool {
    let named = URL(fileURLWithPath: endpoint.model).resolvingSymlinksInPath().standardizedFileURL
    return !FileManager.default.fileExists(atPath: named.path) || process.sources == [named]
  }
}

/// The process that serves a port, and the weights that it has.
struct ProcessProof {
  /// The model folders and GGUF files that its process tree has open or mapped; if there are none, those that its command
  /// line names.
  let sources: [URL]

  /// - Parameter managed: The server's root process if it was started here; else the process that listens is examined.
  /// - Returns: Nil if the server runs on another machine, or as another user.
  init?(of url: URL, managed: Int32? = nil) {
    guard let root = managed ?? Self.listener(of: url) else { return nil }
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

  /// Whether there is one source and it has the weights of that manifest.
  func holds(_ manifest: WeightManifest, of folder: ModelFolder) throws -> Bool {
    guard sources.count == 1, let source = sources.first else { return false }
    guard source.pathExtension == "gguf" else {
      guard let served = try? ModelFolder(contentsOf: source) else { return false }
      return try WeightManifest(of: served) == manifest
    }
    // A folder that was imported from a GGUF file without loss has the file's hash.
    guard case .gguf(_, let sha256)? = try ModelInspection(of: folder).lane?.source else { return false }
    return try MappedFile(contentsOf: source).sha256() == sha256
  }

  /// The process that listens where a URL points, if that is on this machine.
  static func listener(of url: URL) -> Int32? {
    guard url.isLoopback else { return nil }
    return ProcessTable.listener(onPort: url.port ?? (url.scheme == "https" ? 443 : 80))
  }

  private static func isSource(_ url: URL) -> Bool {
    let manager = FileManager.default
    return url.pathExtension == "gguf"
      ? manager.fileExists(atPath: url.path)
      : manager.fileExists(atPath: url.appendingPathComponent("config.json").path)
  }
}
