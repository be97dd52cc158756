import Measurements

extension MeasurementStore {
  /// All that a verdict about a comparison may depend on, as of one moment.
  ///
  /// Each side's run is the one that it began with.
  ///
  /// - Throws: `notAComparison`, or `noSamples` where a side has none yet.
  public func evidence(_ number: SessionNumber) throws(StoreError) -> Evidence {
    try read { database in
      let record = try self.session(number, database)
      guard record.session.resident != nil else { throw StoreError.notAComparison(number) }
      let resident = try self.samples(of: number, side: .resident, database)
      guard let residentRun = record.run(of: .resident), !resident.isEmpty else {
        throw StoreError.noSamples(number, .resident)
      }
      let candidate = try self.samples(of: number, side: .candidate, database)
      guard let candidateRun = record.run(of: .candidate), !candidate.isEmpty else {
        throw StoreError.noSamples(number, .candidate)
      }
      return Evidence(
        session: record.session, state: record.state, envelope: record.envelope, resident: residentRun,
        candidate: candidateRun, residentSamples: resident, candidateSamples: candidate, voids: record.voids)
    }
  }
}
