import Measurements

/// Why the store did not do what it was asked to; nothing of a refused operation is kept.
public enum StoreError: Error, Equatable, Sendable {
  /// The file could not be used.
  case file(path: String, FileProblem)
  case unknownSession(SessionNumber)
  case unknownRun(RunNumber)
  /// A session of that UUID is in the store already.
  case sessionExists(uuid: String)
  /// The envelope that was handed over is not the one that the session names.
  case envelopeMismatch(stated: EnvelopeHash, actual: EnvelopeHash)
  /// The store knows another host by that fingerprint.
  case hostMismatch(fingerprint: String)
  /// A value that no measurement can have.
  case invalidValue(of: String, problem: String)
  /// Only a running session takes measurements.
  case notRunning(SessionNumber, MeasurementSession.State)
  case cannotChangeState(SessionNumber, from: MeasurementSession.State, to: MeasurementSession.State)
  /// The run is not of the session's model or side, or differs from the run that it would continue.
  case runMismatch(SessionNumber, Side?, difference: String)
  /// The place was measured before, on that side of that session.
  case sampleExists(SessionNumber, Sample.Place)
  /// A session of one model has no other to compare with.
  case notAComparison(SessionNumber)
  case noSamples(SessionNumber, Side)
  /// The registry edit was recorded differently, or its outcome is final.
  case editConflict(id: String)
}

extension StoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let path, let problem): "the measurement store \(path) \(problem)"
    case .unknownSession(let number): "there is no session \(number) in the store; `resident sessions` lists them"
    case .unknownRun(let number): "there is no run \(number) in the store"
    case .sessionExists(let uuid): "the store has a session \(uuid) already"
    case .envelopeMismatch(let stated, let actual):
      "the session names the envelope \(stated.short), but the one given is \(actual.short)"
    case .hostMismatch(let fingerprint):
      "the store knows another host by the fingerprint \(fingerprint.prefix(12)); compute it anew over all its fields"
    case .invalidValue(let name, let problem): "\(name) \(problem)"
    case .notRunning(let number, let state):
      "session \(number) is \(state.rawValue) and takes no measurements"
        + (state == .interrupted ? "; resume it first" : "")
    case .cannotChangeState(let number, let from, let to):
      "session \(number) is \(from.rawValue) and cannot become \(to.rawValue)"
    case .runMismatch(let number, let side, let difference):
      "the run of the \(side.name) does not belong to session \(number): \(difference)"
    case .sampleExists(let number, let place):
      "session \(number) has a sample of cell \(place.cell), block \(place.block), repetition \(place.repetition)"
        + (place.item.map { ", item \($0)" } ?? "") + " already; samples are never replaced"
    case .notAComparison(let number): "session \(number) measured one model and compares nothing"
    case .noSamples(let number, let side): "session \(number) has no samples of its \(side.rawValue)"
    case .editConflict(let id): "the registry edit \(id) is recorded with another content or a final outcome"
    }
  }
}

extension Side? {
  fileprivate var name: String { self?.rawValue ?? "model" }
}
