import Measurements
import Store

extension PastSession {
  /// All sessions of a store that were measured on that host.
  ///
  /// - Throws: `StoreError`.
  public static func all(in store: MeasurementStore, hostFingerprint: String) throws -> [PastSession] {
    let durations = try store.durations()
    return try store.sessions().filter { $0.session.host.fingerprint == hostFingerprint }.map { summary in
      let runs = try store.session(summary.number).runs
      let weights = [Side.resident, .candidate].map { side -> String in
        guard case .hashed(let hash, _) = runs.first(where: { $0.side == side })?.provenance else { return "" }
        return hash.rawValue
      }
      let session = summary.session
      return PastSession(
        role: session.role, resident: session.resident, candidate: session.candidate, envelope: session.envelopeHash,
        environment: session.environment, startedAt: session.startedAt, state: summary.state, weights: weights,
        outcome: summary.outcome, minutes: durations[summary.number]?.minutes,
        isWhole: durations[summary.number]?.isWhole ?? false)
    }
  }
}
