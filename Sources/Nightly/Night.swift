import Envelopes
import Foundation
import Measurements
import ModelRegistry
import Platform
import Promotion
import Runner
import Store
import Synchronization
import Verdicts

/// Runs the tasks of a schedule, one after the other, until all are done or the time is over.
///
/// The caller holds the host's lock.
public struct Night: Sendable {
  let plan: NightPlan
  let host: NightHost
  /// Whether a measured win may change the registry, as far as the envelope permits.
  let promotes: Bool
  let requester: String
  let report: @Sendable (NightEvent) -> Void

  public init(
    _ plan: NightPlan, on host: NightHost, promotes: Bool, requester: String,
    report: @escaping @Sendable (NightEvent) -> Void = { _ in }
  ) {
    self.plan = plan
    self.host = host
    self.promotes = promotes
    self.requester = requester
    self.report = report
  }

  /// Runs every task that still fits.
  ///
  /// A task that fails does not end the night. When the surrounding task is cancelled, the one under way is interrupted,
  /// to be resumed another night, and the rest is skipped.
  public func run(_ schedule: NightSchedule) async -> NightSummary {
    let (startedAt, start) = (Machine.wallSeconds, Machine.bootNanoseconds)
    var results: [NightResult] = []
    var failed: Set<ModelID> = []
    var sentinelDoubt = plan.hasSentinel ? "no sentinel was measured tonight" : nil
    for (index, task) in schedule.tasks.enumerated() {
      let left = plan.budget.minutes - Self.minutes(since: start)
      report(.began(task, number: index + 1, of: schedule.tasks.count))
      let result: NightResult
      if Task.isCancelled {
        result = Self.skipped(task, "the night was interrupted")
      } else if failed.contains(task.candidate) {
        result = Self.skipped(task, "an earlier task of this candidate failed tonight")
      } else if left <= 0 {
        result = Self.skipped(task, "the night's time is over")
      } else {
        result = await run(task, minutesLeft: left, sentinelDoubt)
      }
      if task.kind == .sentinel { sentinelDoubt = result.sentinel == nil ? "the sentinel: \(result.detail)" : nil }
      if result.state == .failed || result.state == .capacityGated,
        task.kind != .sentinel, task.kind != .endurance
      {
        failed.insert(task.candidate)
      }
      results.append(result)
      report(.ended(result))
    }
    return NightSummary(
      plan: plan, startedAt: startedAt, minutes: Self.minutes(since: start), results: results,
      leftOut: schedule.leftOut, progress: (try? host.survey(plan).progress) ?? [], wasInterrupted: Task.isCancelled)
  }

  /// - Parameter sentinelDoubt: Why nothing is promoted, whatever the verdict; nil if the sentinel has been read.
  private func run(_ task: NightTask, minutesLeft: Double, _ sentinelDoubt: String?) async -> NightResult {
    let start = Machine.bootNanoseconds
    let session = Mutex<SessionNumber?>(nil)
    var result = NightResult(task: task, state: .done, detail: "", minutes: 0, incidents: [])
    do {
      let number = try await measure(task, minutesLeft: minutesLeft) { number in
        session.withLock { $0 = number }
      }
      result.session = number
      switch task.kind {
      case .comparison:
        try judge(number, task, &result)
        try promote(number, task, sentinelDoubt, &result)
      case .sentinel:
        result.sentinel = try sentinelReading(number)
        result.detail = result.sentinel?.text ?? "it lacks what a judgement needs, so the sentinel before it stands"
      case .screening: try screen(number, task, &result)
      case .endurance: try readStreams(number, &result)
      }
    } catch is CancellationError {
      (result.state, result.session) = (.cutOff, session.withLock { $0 })
      result.detail = Task.isCancelled ? "interrupted" : "the night's time is over; the next night goes on with it"
    } catch let error as RunnerError {
      (result.state, result.session, result.detail) = (.failed, session.withLock { $0 }, "\(error)")
      if case .capacityGated(_, _, let number) = error { (result.state, result.session) = (.capacityGated, number) }
      recordFailure(of: task, error, &result)
    } catch {
      (result.state, result.session, result.detail) = (.failed, session.withLock { $0 }, "\(error)")
    }
    result.minutes = Self.minutes(since: start)
    // The sentinel's session is in another database.
    if task.kind == .sentinel { result.session = nil }
    if let number = result.session {
      let incidents = (try? host.store.incidents(of: number)) ?? []
      result.incidents += incidents.map { "\($0.kind.rawValue): \($0.detail)" }
    }
    return result
  }

  private func judge(_ number: SessionNumber, _ task: NightTask, _ result: inout NightResult) throws {
    let verdict = try Judge(try host.store.verdictInputs(of: number, admitting: host.admission)).verdict()
    try host.store.recordIfNew(verdict: verdict.json, outcome: verdict.outcome.rawValue, for: number)
    result.verdict = verdict
    result.detail = verdict.reason
    let failures = try host.store.samples(of: number, side: .candidate).filter { $0.status == .failed }
    if let first = failures.first, case .unscored(_, let message) = first.outcome {
      recordFailure(of: task.candidate, "\(failures.count) samples failed, the first: \(message)", number)
    }
  }

  /// Changes the registry if the verdict and all that guards it allow it. That one of these does not is no failure of the
  /// night: the comparison stays, and `resident promote` says the same.
  private func promote(
    _ number: SessionNumber, _ task: NightTask, _ sentinelDoubt: String?, _ result: inout NightResult
  ) throws {
    guard promotes, result.verdict?.outcome == .promote else { return }
    if let sentinelDoubt {
      result.detail += "; not promoted: \(sentinelDoubt)"
      return
    }
    let promoter = Promoter(
      store: host.store, registry: host.registry, requester: requester, calibration: host.calibration)
    do {
      let promotion = try promoter.promote(
        number, roles: [task.role], weights: WeightInspector(host.library),
        permissions: Promoter.Permissions(hostFingerprint: Measurements.Host.current.fingerprint))
      result.promotion = promotion
      if let sentinel = promotion.sentinel { result.detail += "; \(sentinel.refusal)" }
    } catch let error as PromotionError {
      result.detail += "; not promoted: \(error)"
    } catch RegistryError.residentMoved(let role, let expected, let found) {
      result.detail += "; not promoted: \(RegistryError.residentMoved(role, expected: expected, found: found))"
    }
  }

  private func screen(_ number: SessionNumber, _ task: NightTask, _ result: inout NightResult) throws {
    let samples = try host.store.samples(of: number, side: nil)
    let failures = samples.filter { $0.status != .success }
    result.detail = "\(samples.count - failures.count) of \(samples.count) samples succeeded"
    guard let first = failures.first, case .unscored(_, let message) = first.outcome else { return }
    result.state = .failed
    result.detail += "; the first failure: \(message)"
    recordFailure(of: task.candidate, result.detail, number)
  }

  /// A resident whose memory grows beyond the limits stays, but the night says so and ends with exit code 1.
  private func readStreams(_ number: SessionNumber, _ result: inout NightResult) throws {
    guard let envelope = plan.endurance else { return }
    let readings = try LimitReading.all(
      of: envelope, try host.store.samples(of: number, side: nil), voids: try host.store.session(number).voids)
    result.detail = readings.map(\.text).joined(separator: "; ")
    if readings.isEmpty { result.detail = "the stream did not come to its end" }
    if readings.isEmpty || readings.contains(where: { $0.state == .broken }) { result.state = .failed }
  }

  /// Records a failure of the candidate; one of the resident does not count against it.
  private func recordFailure(of task: NightTask, _ error: RunnerError, _ result: inout NightResult) {
    switch error {
    case .notLoaded(task.candidate, _), .unknownModel(task.candidate, _, _), .onlyGGUF(task.candidate, _),
      .sameWeights(_, task.candidate, _):
      guard task.kind != .sentinel, task.kind != .endurance else { return }
      result.incidents.append("candidate_failed: \(error)")
      recordFailure(of: task.candidate, "\(error)", result.session)
    default: break
    }
  }

  private func recordFailure(of candidate: ModelID, _ detail: String, _ session: SessionNumber?) {
    let stamp = (try? host.library.folder(of: candidate)).map { FolderStamp(of: $0).digest }
    // Without this record the candidate is tried once too often, which is no reason to end the night.
    try? host.store.record(
      Incident(
        kind: .candidateFailed, occurredAt: Machine.wallSeconds, model: candidate, stamp: stamp, detail: detail),
      session: session)
  }

  private static func skipped(_ task: NightTask, _ reason: String) -> NightResult {
    NightResult(task: task, state: .skipped, detail: reason, minutes: 0, incidents: [])
  }

  private static func minutes(since start: UInt64) -> Double {
    Double(Machine.bootNanoseconds &- start) / 60e9
  }
}

/// What a night reports while it runs.
public enum NightEvent: Sendable {
  case began(NightTask, number: Int, of: Int)
  case measuring(RunnerEvent)
  case ended(NightResult)
}
