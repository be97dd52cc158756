import Checkpoint
import Foundation
import JSON
import NativeEngine

/// What is known of the weights that a server answers with.
struct WeightsProof {
  enum Level: String {
    case process
    case fingerprint
    case unverified
  }

  let level: Level
  /// Nil where unverified.
  let manifest: WeightManifest?
  /// How it is known, for people.
  let detail: String
  /// What the server said of the fixed texts, to be asked for again later.
  let readings: [FingerprintReading]

  /// Examines a server.
  ///
  /// - Throws: `.otherWeights` where its answers contradict the folder; other `EndpointError` where it cannot be asked.
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
    let session = try? Session(model, options: .init(contextLength: 256))
    let fingerprint = try session.map { try Fingerprint(of: readings, by: $0) }
    if let fingerprint, !fingerprint.agrees {
      throw EndpointError.otherWeights("by its fingerprint: \(fingerprint.description)")
    }
    let figures = fingerprint.map { "; \($0.description)" } ?? ""
    if let process, try process.holds(manifest, of: model), Self.isAlone(endpoint, process) {
      (level, self.manifest) = (.process, manifest)
      detail = "the serving process has \(process.sources[0].lastPathComponent)\(figures)"
    } else if fingerprint != nil {
      (level, self.manifest) = (.fingerprint, manifest)
      detail = String(figures.dropFirst(2))
    } else {
      (level, self.manifest) = (.unverified, nil)
      detail = "neither the serving process nor the native engine proves the weights"
    }
  }

  /// Whether the name that is asked for is no other model's than the process has.
  private static func isAlone(_ endpoint: Endpoint, _ process: ProcessProof) -> Bool {
    let named = URL(fileURLWithPath: endpoint.model).resolvingSymlinksInPath().standardizedFileURL
    return !FileManager.default.fileExists(atPath: named.path) || process.sources == [named]
  }
}
