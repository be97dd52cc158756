import Foundation
import Vocabulary
import WorkerProtocol

/// The reference models of an envelope's divergence tasks, each in a worker that is started when first needed.
///
/// Distributions are stored in a folder under a name that follows from the reference's weights and the text, so that a
/// later session finds them.
actor References {
  private let plan: MeasurementPlan
  private var workers: [ModelID: ModelWorker] = [:]
  private var files: [[Int32]: (file: String, weights: String)] = [:]

  init(_ plan: MeasurementPlan) { self.plan = plan }

  /// The file with a reference's distributions over a text, and the hash of its weights.
  ///
  /// - Throws: `.refused` where the reference cannot be loaded: the model that is measured is not to blame.
  func file(for model: ModelID?, tokens: [Int32]) async throws(WorkerFailure) -> (file: String, weights: String) {
    if let known = files[tokens] { return known }
    guard let model, let folder = plan.references[model] else {
      throw .badRequest("the reference \(model?.rawValue ?? "of the task") is not among the models of this session")
    }
    let worker: ModelWorker
    if let running = workers[model] {
      worker = running
    } else {
      worker = try await ModelWorker(
        plan.command, folder: folder, threads: plan.threads, contextLength: plan.contextLength)
      workers[model] = worker
    }
    let file = try await worker.storeReference(tokens, in: plan.referenceCache)
    files[tokens] = file
    return file
  }

  func close() async {
    for worker in workers.values { await worker.close() }
    workers = [:]
  }
}
