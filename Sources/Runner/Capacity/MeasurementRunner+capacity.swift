import Envelopes
import Fit
import Foundation
import JSON
import Measurements
import Platform
import Store
import WorkerProtocol

extension MeasurementRunner {
  /// Refuses models that would not fit the plan's budget, before any is loaded.
  ///
  /// - Throws: `RunnerError.capacityGated`, with the session that records it.
  func checkCapacity() throws {
    guard let budget = plan.memoryBudget else { return }
    // The model of the background load is loaded in addition, even if it is one of the contenders.
    var taken = plan.environment == .underLoad ? plan.load.flatMap { estimate($0.folder) }?.total ?? 0 : 0
    for contender in plan.contenders.sorted(by: { $0.side == .resident && $1.side != .resident }) {
      guard let need = estimate(contender.folder) else { continue }
      guard need.total <= budget - taken else {
        let reason =
          "\(need), of a budget of \(Footprint.figure(budget))"
          + (taken > 0 ? " of which \(Footprint.figure(taken)) are taken" : "")
        throw RunnerError.capacityGated(contender.model, reason: reason, session: try gate(contender, reason))
      }
      taken += need.total
    }
  }

  private func estimate(_ folder: URL) -> Footprint? {
    Footprint(of: folder, contextLength: plan.contextLength, sequences: plan.sequences)
  }

  /// Loads a model. If the limit on its memory stops that, it is gated like one that is too large.
  ///
  /// - Throws: `RunnerError.notLoaded`, `.capacityGated`, `.filesReplaced` or `.filesUnreadable`, `StoreError`.
  func load(_ model: ModelUnderTest) async throws -> Run {
    do {
      return try await startTwice(model)
    } catch RunnerError.notLoaded(let id, let failure) {
      let replaced = await model.replacedFiles
      guard replaced.isEmpty else { throw RunnerError.filesReplaced(id, files: replaced) }
      guard !failure.isOfFiles else { throw RunnerError.filesUnreadable(id, failure) }
      guard let limit = plan.memoryLimit, failure.mayBeOfMemory else { throw RunnerError.notLoaded(id, failure) }
      let reason = "it could not be loaded within \(Footprint.figure(limit)) of memory: \(failure)"
      throw RunnerError.capacityGated(id, reason: reason, session: try gate(model.contender, reason))
    }
  }

  /// A worker that dies while it loads is tried once more, in a fresh process.
  func startTwice(_ model: ModelUnderTest) async throws -> Run {
    do {
      return try await model.start()
    } catch RunnerError.notLoaded(_, .died(let status, let lines)) {
      report(.restarting(model.contender.side, reason: "\(WorkerFailure.died(status: status, lastLines: lines))"))
      return try await model.start()
    }
  }

  /// Records every cell of the envelope as `capacity_gated` for that model, in a separate session.
  private func gate(_ contender: MeasurementPlan.Contender, _ reason: String) throws -> SessionNumber {
    let session = MeasurementSession(
      uuid: UUID().uuidString.lowercased(), startedAt: Machine.wallSeconds, envelopeID: plan.envelope.id,
      envelopeHash: plan.envelope.hash, role: nil, resident: nil, candidate: contender.model,
      orderSeed: plan.envelope.plan.orderSeed, environment: plan.environment, host: .current,
      residentVersion: plan.version)
    let number = try store.open(session, envelope: plan.envelope.source)
    var recorder = Recorder(store: store, session: number, report: report)
    // No engine has seen the model, and nobody has hashed its files.
    try recorder.begin(
      Run(
        model: contender.model, side: nil, provenance: .unverified,
        engine: EngineBuild(name: "none", version: "none", instructionSet: "none", threads: 1),
        load: LoadReading(loadSeconds: 0, readinessSeconds: 0), description: JSONObject()))
    for place in plan.envelope.firstPlaces {
      try recorder.record(
        Sample(
          place: place, startedAt: Machine.wallSeconds, elapsedNanoseconds: 0, peakMemoryBytes: 0,
          loadAverage: Machine.loadAverage, outcome: .unscored(.capacityGated, message: reason)), of: .candidate)
    }
    try recorder.record(
      .capacityGated, reason, model: contender.model, stamp: FolderStamp(of: contender.folder).digest)
    try store.finish(number, state: .complete)
    return number
  }
}

extension WorkerFailure {
  /// Whether a program may end or answer like this because it lacks memory.
  fileprivate var mayBeOfMemory: Bool {
    switch self {
    case .died, .refused: true
    case .notStarted, .notAWorker, .badRequest, .declined, .timedOut: false
    }
  }
}

extension Envelope {
  /// The first place of every cell: one sample per cell stands for all of them.
  fileprivate var firstPlaces: [Sample.Place] {
    throughput.map { Sample.Place(cell: $0.id, block: 0, repetition: 0) }
      + accuracy.compactMap { task in
        task.items.first.map { Sample.Place(cell: task.id, block: 0, repetition: 0, item: $0.id) }
      }
      + (toolLoops.map(\.id) + embedding.map(\.id) + endurance.map(\.id)).map {
        Sample.Place(cell: $0, block: 0, repetition: 0, round: 1)
      }
  }
}
