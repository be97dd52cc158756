import Foundation
import Measurements
import WorkerProtocol

/// The reference models of an envelope's divergence tasks, each in a worker that is started when first needed.
///
/// Distributions are stored in a folder under a name that follows from the reference's weights and the text, so that a
/// later session finds them.
actor References {
  private let plan: MeasurementPlan
  private var workers: [ModelID: ModelWorker] = [:]
  private var files: [Text: (file: String, weights: String)] = [:]

  private struct Text: Hashable {
    let model: ModelID
    let tokens: [Int32]
  }

  init(_ plan: MeasurementPlan) { self.plan = plan }

  /// The file with a reference's distributions over a text, and the hash of its weights.
  ///
  /// - Throws: `WorkerFailure` if the reference is unknown, cannot be loaded or cannot read the text.
  func file(for model: ModelID?, tokens: [Int32]) async throws(WorkerFailure) -> (file: String, weights: String) {
    guard let model, let folder = plan.references[model] else {
      throw .badRequest("the reference \(model?.rawValue ?? "of the task") is not among the models of this session")
    }
    let text = Text(model: model, tokens: tokens)
    if let known = files[text] { return known }
    let worker: ModelWorker
    if let running = workers[model] {
      worker = running
    } else {
      worker = try await plan.startWorker(folder, contextLength: plan.contextLength)
      workers[model] = worker
    }
    let file = try await worker.storeReference(tokens, in: plan.referenceCache)
    files[text] = file
    return file
  }

  func close() async {
    for worker in workers.values { await worker.close() }
    workers = [:]
  }
}
