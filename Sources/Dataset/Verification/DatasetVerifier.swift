import Verdicts

/// Judges the comparisons of a dataset again from their raw samples alone, and compares the outcome with the published
/// verdicts.
public struct DatasetVerifier: Sendable {
  /// What became of one published verdict.
  public struct Finding: Sendable, Equatable {
    public enum State: String, Sendable {
      case same
      case differs
      /// The raw samples of the session are not in the dataset.
      case noSamples = "no_samples"
      /// The raw samples can't be judged.
      case notJudged = "not_judged"
      /// The verdict does not follow, and decides nothing since its session was set aside.
      case setAside = "set_aside"
    }

    /// The verdict's file.
    public let name: String
    public let session: String
    public let state: State
    /// The members that differ, as JSON paths with both values, or why there is nothing to compare; and how many
    /// comparisons the verdict leaves out.
    public let details: [String]

    /// Whether nothing is wrong with it.
    public var isSound: Bool { state == .same || state == .setAside }
  }

  let dataset: PublishedDataset

  public init(_ dataset: PublishedDataset) { self.dataset = dataset }

  /// One finding per published verdict, in the dataset's order.
  ///
  /// Verdicts are read one by one, so that their number does not matter.
  ///
  /// - Throws: `DatasetError` for the first shard that can't be used.
  public func findings() throws(DatasetError) -> [Finding] {
    var loader = try EvidenceLoader(dataset)
    var comparisons = PublishedComparisons()
    for session in try dataset.sessions() {
      guard let evidence = try loader.context(of: session) else { continue }
      comparisons.append(PublishedComparison(session: session, evidence: evidence))
    }
    let setAsides = try SetAsideHistory(of: dataset)
    let outcomes = try lastOutcomes()
    var findings: [Finding] = []
    var countedSessions: [[String]] = []
    // Of sessions that were set aside, whose verdicts need not follow. What counts them does need that.
    var unfounded: Set<String> = []
    try dataset.forEachRow(of: .verdicts, VerdictColumn.self) { row throws(DatasetError) in
      let published = try PublishedVerdict(row)
      let (state, details, counted) = try check(published, comparisons, setAsides, outcomes, &loader)
      let setAside = setAsides.setAside(published.session)
      if setAside != nil, state != .same { unfounded.insert(published.session) }
      countedSessions.append(counted)
      findings.append(
        Finding(
          name: published.name, session: published.session,
          state: setAside == nil || state == .same ? state : .setAside,
          details: details + (setAside.map { ["the session was set aside: \($0.why)"] } ?? [])))
    }
    return zip(findings, countedSessions).map { finding, counted in
      guard finding.state == .same, let session = counted.first(where: unfounded.contains) else { return finding }
      return Finding(
        name: finding.name, session: finding.session, state: .noSamples,
        details: finding.details + ["the verdict counts session \(session), whose own verdict does not follow"])
    }
  }

  /// What becomes of a verdict, why, and the sessions that it counts.
  private func check(
    _ published: PublishedVerdict, _ comparisons: PublishedComparisons, _ setAsides: SetAsideHistory,
    _ outcomes: [String: String], _ loader: inout EvidenceLoader
  ) throws(DatasetError) -> (Finding.State, details: [String], counted: [String]) {
    guard let comparison = comparisons[published.session] else {
      return (.noSamples, ["the dataset has no samples of the session"], [])
    }
    do {
      let recorded = try RecordedVerdict(published.verdict)
      let basis = try VerdictBasis(
        of: recorded, on: comparison, among: comparisons, outcomes: outcomes, setAsides, at: published.key.recordedAt)
      let verdict = try Judge(try basis.verdictInputs(on: comparison, &loader)).verdict()
      let differences = JSONDifference.all(
        published.verdict, verdict.json, but: basis.isRecorded ? [] : [VerdictBasis.countedPath])
      return (
        differences.isEmpty ? .same : .differs, differences.map(\.description) + basis.remarks,
        recorded.basis?.countedSessions ?? []
      )
    } catch let error as DatasetError {
      throw error
    } catch let error as VerdictBasis.Missing {
      return (.noSamples, [error.description], [])
    } catch {
      return (.notJudged, ["\(error)"], [])
    }
  }

  /// The outcome of each session's last verdict, by UUID.
  private func lastOutcomes() throws(DatasetError) -> [String: String] {
    var last: [String: (time: Double, outcome: String)] = [:]
    try dataset.forEachRow(of: .verdicts, VerdictColumn.self) { row throws(DatasetError) in
      let (session, time) = (try row.text(.session), try row.number(.recordedAt))
      if let known = last[session], known.time > time { return }
      last[session] = (time, try row.text(.outcome))
    }
    return last.mapValues(\.outcome)
  }
}
