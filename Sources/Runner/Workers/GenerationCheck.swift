import Foundation
import Measurements
import WorkerProtocol

/// Whether a model can be loaded and generates: one token, in a worker of its own.
public enum GenerationCheck {
  /// Loads the model and generates a token.
  ///
  /// - Returns: Seconds from starting the worker to the token, and the hash of the weights that it loaded.
  /// - Throws: `WorkerFailure`.
  public static func run(
    _ command: WorkerCommand, folder: URL, limits: PhaseLimits = PhaseLimits()
  ) async throws(WorkerFailure) -> (seconds: Double, weights: WeightsHash?) {
    let worker = try await ModelWorker(command, folder: folder, threads: nil, contextLength: 64, limits: limits)
    let loaded = worker.loaded
    await worker.close()
    guard case .hashed(let hash, _) = loaded.provenance else {
      return (loaded.loadSeconds + loaded.readinessSeconds, nil)
    }
    return (loaded.loadSeconds + loaded.readinessSeconds, hash)
  }
}
