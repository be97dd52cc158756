import Foundation
import JSON
import Measurements
import Platform
import Store
import WorkerProtocol

extension MeasurementRunner {
  /// Refuses to load what would not fit the plan's budget, without touching memory for it.
  ///
  /// - Throws: `RunnerError.capacityGated`, with the session that records it.
  func checkCapacity() throws {
    guard let budget = plan.memoryBudget else { return }
    // The background load is loaded besides, whoever answers it.
    var taken = plan.environment == .underLoad ? plan.load.flatMap { estimate($0.folder) }?.bytes ?? 0 : 0
    for contender in plan.contenders.sorted(by: { $0.side == .resident && $1.side != .resident }) {
      guard let need = estimate(contender.folder) else { continue }
      guard need.bytes <= budget - taken else {
        let reason =
          "\(need), of a budget of \(CapacityEstimate.figure(budget))"
          + (taken > 0 ? " of which \(CapacityEstimate.figure(taken)) are taken" : "")
        throw RunnerError.capacityGated(contender.model, reason: reason, session: try gate(contender, reason))
      }
      taken += need.bytes
    }
  }

  private func estimate(_ folder: URL) -> CapacityEstimate? {
    CapacityEstimate(of: folder, contextLength: plan.contextLength, sequences: plan.sequences)
  }

  /// Loads a model; where the operating system's limit on its memory stops that, it is gated like one that is too large.
  func load(_ bench: Bench) async throws -> Run {
    do {
      return try await startTwice(bench)
    } catch RunnerError.notLoaded(let model, let failure) {
      guard let limit = plan.memoryLimit, failure.mayBeOfMemory else { throw RunnerError.notLoaded(model, failure) }
      let reason = "it could not be loaded within \(CapacityEstimate.figure(limit)) of memory: \(failure)"
      throw RunnerError.capacityGated(model, reason: reason, session: try gate(bench.contender, reason))
    }
  }

  /// A worker that dies while it loads is tried once more, in a fresh process.
  private func startTwice(_ bench: Bench) async throws -> Run {
    do {
      return try await bench.start()
    } catch RunnerError.notLoaded(_, .died(let status, let lines)) {
      report(.restarting(bench.contender.side, reason: "\(WorkerFailure.died(status: status, lastLines: lines))"))
      return try await bench.start()
    }
  }

  /// Records every cell of the envelope as `capacity_gated` for that model, in a session of its own.
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
        engine: EngineBuild(name: "none", version: "none", instructionSet: "none", threads: 1), loadSeconds: 0,
        readinessSeconds: 0, description: JSONObject()))
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

  /// Runs `body` beside the plan's background load, if it has one, and keeps what that did.
  func underLoad(_ session: SessionNumber, _ body: () async throws -> Void) async throws {
    guard let load = plan.load, plan.environment == .underLoad else { return try await body() }
    let generator = LoadGenerator(load, plan: plan)
    do throws(WorkerFailure) {
      try await generator.start()
    } catch {
      throw RunnerError.notLoaded(load.model, error)
    }
    let result: Result<Void, any Error>
    do {
      result = .success(try await body())
    } catch {
      result = .failure(error)
    }
    let summary = await generator.stop()
    try Recorder(store: store, session: session, report: report).record(.backgroundLoad, summary, model: load.model)
    try result.get()
  }
}

extension WorkerFailure {
  /// Whether a program may end or answer like this for want of memory.
  var mayBeOfMemory: Bool {
    switch self {
    case .died, .refused: true
    case .notStarted, .notAWorker, .badRequest, .declined, .timedOut: false
    }
  }

  var isHang: Bool { if case .timedOut = self { true } else { false } }
}
