import Envelopes
import Foundation
import Measurements
import Platform
import Store

/// The session that is measured into, as it is before the models are loaded.
struct SessionStart {
  var session: MeasurementSession
  /// Nil for a new one.
  var number: SessionNumber?
  /// What the session has, if it goes on.
  var samples: [Sample] = []
  var voids: [BlockVoid] = []
}

extension MeasurementRunner {
  /// A new session, or the latest interrupted one of the same models, envelope, role, environment class and host.
  ///
  /// A new one by rounds has a seed of its own, so that which model goes first is drawn anew every night.
  ///
  /// - Throws: `RunnerError.nothingToResume`, `StoreError`.
  func sessionStart(resuming: Bool) throws -> SessionStart {
    let uuid = UUID().uuidString.lowercased()
    let envelopeSeed = plan.envelope.plan.orderSeed
    let session = MeasurementSession(
      uuid: uuid, startedAt: Machine.wallSeconds, envelopeID: plan.envelope.id, envelopeHash: plan.envelope.hash,
      role: plan.role, resident: plan.model(of: .resident), candidate: plan.model(of: .candidate) ?? "",
      orderSeed: plan.isByRounds
        ? RoundSchedule.seed(ofSession: uuid, envelopeSeed: envelopeSeed) : envelopeSeed,
      environment: plan.environment, host: .current, residentVersion: plan.version)
    guard resuming else { return SessionStart(session: session) }
    guard let number = try store.unfinished(like: session) else { throw RunnerError.nothingToResume }
    let record = try store.session(number)
    return SessionStart(
      session: record.session, number: number, samples: try store.samples(of: number, side: nil), voids: record.voids)
  }

  /// The rounds that the session still has to measure; nil for a plan by blocks.
  func rounds(of start: SessionStart) -> RoundQueue? {
    guard plan.isByRounds else { return nil }
    let schedule = RoundSchedule(
      plan.envelope, sides: plan.contenders.map(\.side), seed: start.session.orderSeed)
    return RoundQueue(schedule, earlier: start.samples, voids: start.voids)
  }

  /// Opens the session, or lets it go on; it begins when the models are loaded.
  ///
  /// A comparison gets its number, and is kept in the ledger of challenges, here.
  func open(_ start: SessionStart, runs: [Side: Run]) throws -> SessionNumber {
    if let number = start.number {
      try store.resume(number)
      return number
    }
    var session = start.session
    session.startedAt = Machine.wallSeconds
    let loaded = Array(runs.values)
    guard let challenges = plan.challenges else {
      return try store.open(session, envelope: plan.envelope.source, runs: loaded)
    }
    return try challenges.withLedger { [session] ledger, keep in
      let counted = try store.counted(session, runs: loaded, ledger: ledger, admitting: plan.admission)
      // The ledger first: a number without a session is a number lost, a session that is not kept could be dropped unseen.
      if let challenge = counted.challenge {
        try keep([challenge.record])
        report(.challenge(challenge.record.number, challenge.origin))
      }
      return try store.open(counted.session, envelope: plan.envelope.source, runs: loaded)
    }
  }

  /// Refuses to compare a model with itself under another name.
  ///
  /// - Throws: `RunnerError.sameWeights`.
  func checkDifference(_ runs: [Side: Run]) throws(RunnerError) {
    guard !plan.allowsSameWeights, let resident = runs[.resident], let candidate = runs[.candidate],
      let weights = resident.weights, resident.hasSameWeights(as: candidate)
    else { return }
    throw .sameWeights(resident: resident.model, candidate: candidate.model, weights)
  }
}
