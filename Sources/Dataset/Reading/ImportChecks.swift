import Envelopes
import JSON
import Measurements

/// What is asked of a row that is to be merged, beyond that it can be read: a store that has it must stay able to measure,
/// judge and export.
extension TableRow<SessionColumn> {
  /// - Throws: `malformed`.
  func check(_ session: MeasurementSession) throws(DatasetError) {
    try checkTime(.startedAt)
    if let challenge = session.challenge, !(1...ChallengeLedger.highestNumber).contains(challenge) {
      throw error("\"challenge\" is \(challenge), and a challenge is from 1 to \(ChallengeLedger.highestNumber)")
    }
    let unfinished = session.unfinishedChallenges
    let isAscending = zip(unfinished, unfinished.dropFirst()).allSatisfy { $0 < $1 }
    guard isAscending, unfinished.allSatisfy({ $0 >= 1 && $0 < session.challenge ?? 1 }) else {
      throw error("\"unfinished_challenges\" are not ascending numbers from 1 that are lower than \"challenge\"")
    }
    if session.resident == nil, session.challenge != nil {
      throw error("\"challenge\" is \(session.challenge ?? 0), but the session has no resident")
    }
    guard session.host.physicalCores >= 0, session.host.memoryBytes >= 0 else {
      throw error("\"physical_cores\" or \"memory_bytes\" is negative")
    }
  }
}

extension TableRow<EnvelopeColumn> {
  /// - Throws: `malformed` for JSON that is no envelope.
  func check(_ envelope: JSONValue) throws(DatasetError) {
    do throws(EnvelopeError) {
      _ = try Envelope(source: envelope)
    } catch {
      let reason = "\(error)".split(whereSeparator: \.isNewline).joined(separator: "; ")
      throw self.error("\"envelope\" is no envelope: \(reason.prefix(300))")
    }
  }
}
