import Measurements

/// How much of a comparison's evidence is wanted.
public enum EvidenceScope: Sendable {
  case all
  /// Without the answers to items, which a later comparison that adds to the blocks has no use for.
  case blocks
}

extension MeasurementStore {
  /// The blocks of the ``predecessors(of:)`` of a comparison, which it may go on from, oldest first.
  public func earlierEvidence(of number: SessionNumber) throws(StoreError) -> [Evidence] {
    var earlier: [Evidence] = []
    for predecessor in try predecessors(of: number) { earlier.append(try evidence(predecessor, .blocks)) }
    return earlier
  }

  /// All that a verdict about a comparison may depend on, as of one moment.
  ///
  /// Each side's run is the one that it began with.
  ///
  /// - Throws: `notAComparison`, or `noSamples` where a side has none yet.
  public func evidence(_ number: SessionNumber, _ scope: EvidenceScope = .all) throws(StoreError) -> Evidence {
    try read { database in
      let record = try self.session(number, database)
      guard record.session.resident != nil else { throw StoreError.notAComparison(number) }
      let resident = try self.samples(of: number, side: .resident, scope: scope, database)
      guard let residentRun = record.run(of: .resident), !resident.isEmpty || scope != .all else {
        throw StoreError.noSamples(number, .resident)
      }
      let candidate = try self.samples(of: number, side: .candidate, scope: scope, database)
      guard let candidateRun = record.run(of: .candidate), !candidate.isEmpty || scope != .all else {
        throw StoreError.noSamples(number, .candidate)
      }
      return Evidence(
        session: record.session, state: record.state, envelope: record.envelope, resident: residentRun,
        candidate: candidateRun, residentSamples: resident, candidateSamples: candidate, voids: record.voids)
    }
  }
}
