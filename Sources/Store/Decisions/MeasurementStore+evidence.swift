import GRDB
import Measurements

/// How much of a comparison's evidence is wanted.
public enum EvidenceScope: Sendable {
  case all
  /// Without the answers to items: enough for what is decided block by block.
  case blocks
}

extension MeasurementStore {
  /// All that decides a verdict about a comparison.
  ///
  /// A comparison that decides is judged with others that do: measured here or admitted, and not set aside. An import that
  /// is not admitted is judged with those of the same signer.
  ///
  /// - Parameters:
  ///   - scope: `blocks` for callers that judge nothing but blocks: it leaves out answers and what maturity counts.
  ///   - admission: The imports that count, as the registry's policy has it.
  /// - Throws: `notAComparison`, or `noSamples` if a side has none yet.
  public func verdictInputs(
    of number: SessionNumber, _ scope: EvidenceScope = .all, admitting admission: ImportAdmission = .none
  ) throws(StoreError) -> VerdictInputs {
    let evidence = try evidence(number, scope)
    let host = evidence.session.host.fingerprint
    let peers = DecidingSessions(admission: admission).arePeers(of: try mark(of: number), on: host, "earlier")
    var pooled: [Evidence] = []
    for predecessor in try predecessors(of: number, where: peers.sql, peers.arguments) {
      let earlier = try self.evidence(predecessor, .blocks)
      if evidence.continues(earlier) { pooled.append(earlier) }
    }
    let decided = scope == .all ? try decidedComparisons(like: evidence, where: peers.sql, peers.arguments) : []
    return VerdictInputs(evidence, pooled: pooled, decided: decided)
  }

  /// The comparisons of the same challenge that began earlier and were set aside: what it was without them is not known.
  ///
  /// - Parameter admission: The imports that count.
  public func setAsidePredecessors(
    of number: SessionNumber, admitting admission: ImportAdmission = .none
  ) throws(StoreError) -> [SessionNumber] {
    let deciding = DecidingSessions(admission: admission)
    return try predecessors(
      of: number, where: "\(DecidingSessions.areOwn("earlier")) AND \(DecidingSessions.areSetAside("earlier"))",
      deciding.arguments)
  }

  /// A comparison's samples with their context, as of one moment.
  ///
  /// Each side's run is the one that it began with; the others are the later ones.
  ///
  /// - Throws: `notAComparison`, or `noSamples` if a side has none yet.
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
        candidate: candidateRun, laterRuns: record.runs.laterLoads, residentSamples: resident,
        candidateSamples: candidate, voids: record.voids)
    }
  }

  /// The complete sessions that began before it with the same challenge, weights and envelope, oldest first.
  ///
  /// - Parameter condition: On their rows, which are called `earlier`.
  func predecessors(
    of number: SessionNumber, where condition: String = "TRUE", _ arguments: StatementArguments = [:]
  ) throws(StoreError) -> [SessionNumber] {
    try read { database in
      try Int64.fetchAll(
        database,
        sql: """
          SELECT earlier.number FROM sessions JOIN sessions earlier
            ON earlier.challenge = sessions.challenge AND earlier.envelope_hash = sessions.envelope_hash
            AND earlier.role IS sessions.role AND earlier.host = sessions.host
            AND earlier.started_at_s < sessions.started_at_s
          WHERE sessions.number = :number AND earlier.state = 'complete' AND \(condition)
            AND \(Self.hasSameWeights(.resident)) AND \(Self.hasSameWeights(.candidate))
          ORDER BY earlier.started_at_s, earlier.number
          """, arguments: arguments &+ ["number": number.rawValue]
      ).map(SessionNumber.init(rawValue:))
    }
  }

  /// Whether a side of `earlier` is of the same weights as that of `sessions`, as `Run.hasSameWeights`.
  private static func hasSameWeights(_ side: Side) -> String {
    """
    EXISTS (
      SELECT 1 FROM runs own JOIN runs theirs ON theirs.session = earlier.number AND theirs.side = own.side
      WHERE own.session = sessions.number AND own.side = '\(side.rawValue)'
        AND (theirs.weights_hash = own.weights_hash OR theirs.tensors_hash = own.tensors_hash))
    """
  }

  /// Whether a side of `earlier` is of the model that the arguments say, as `Run.hasSameModel`.
  private static func isOfModel(_ side: Side) -> String {
    """
    EXISTS (
      SELECT 1 FROM runs WHERE session = earlier.number AND side = '\(side.rawValue)'
        AND (weights_hash = :\(side.rawValue) OR tensors_hash = :\(side.rawValue)_tensors)
        AND \(Run.filesBesideWeights("weight_files")) IS \(Run.filesBesideWeights(":\(side.rawValue)_files")))
    """
  }

  /// The complete comparisons of the same proven weights and configuration under the same envelope on the same host whose
  /// last verdict is other than inconclusive and rests on none that was set aside, oldest first; the one itself is among
  /// them if it was judged before.
  ///
  /// - Parameter condition: On their rows, which are called `earlier`.
  private func decidedComparisons(
    like evidence: Evidence, where condition: String, _ arguments: StatementArguments
  ) throws(StoreError) -> [DecidedComparison] {
    guard let resident = evidence.resident.weights, let candidate = evidence.candidate.weights else { return [] }
    return try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT uuid, started_at_s, environment, outcome
          FROM sessions earlier JOIN verdicts last
            ON last.id = (SELECT max(id) FROM verdicts WHERE session = earlier.number)
          WHERE state = 'complete' AND envelope_hash = :envelope AND host = :host AND outcome <> 'inconclusive'
            AND \(condition)
            AND NOT EXISTS (
              SELECT 1 FROM json_each(last.document, '$.challenge.earlier_sessions') named
                JOIN sessions pooled ON pooled.uuid = named.value
              WHERE \(DecidingSessions.areSetAside("pooled")))
            AND \(Self.isOfModel(.resident)) AND \(Self.isOfModel(.candidate))
          ORDER BY started_at_s, number
          """,
        arguments: arguments &+ [
          "envelope": evidence.session.envelopeHash.rawValue, "host": evidence.session.host.fingerprint,
          "resident": resident.rawValue, "resident_tensors": evidence.resident.tensors?.rawValue,
          "resident_files": evidence.resident.fileList,
          "candidate": candidate.rawValue, "candidate_tensors": evidence.candidate.tensors?.rawValue,
          "candidate_files": evidence.candidate.fileList,
        ]
      ).compactMap { row in
        EnvironmentClass(rawValue: row["environment"]).map {
          DecidedComparison(
            session: row["uuid"], startedAt: row["started_at_s"], environment: $0, outcome: row["outcome"])
        }
      }
    }
  }
}
