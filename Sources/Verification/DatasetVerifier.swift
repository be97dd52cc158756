import Dataset
import Envelopes
import JSON
import Measurements
import Verdicts

/// Judges the comparisons of a dataset again, from their raw samples alone, and compares with the published verdicts.
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
    }

    /// The verdict's file.
    public let name: String
    public let session: String
    public let state: State
    /// The members that differ, as JSON paths with both values, or why there is nothing to compare.
    public let details: [String]
  }

  private let dataset: PublishedDataset

  public init(_ dataset: PublishedDataset) { self.dataset = dataset }

  /// One finding a published verdict, in the dataset's order.
  ///
  /// - Throws: `DatasetError` where a file can't be read or is not what its name promises.
  public func findings() throws(DatasetError) -> [Finding] {
    let sessions = try dataset.sessions()
    var loader = try EvidenceLoader(dataset)
    var comparisons: [Context] = []
    for session in sessions {
      if let evidence = try loader.context(of: session) { comparisons.append(Context(session: session, evidence)) }
    }
    let positions = Dictionary(
      comparisons.enumerated().map { ($1.evidence.session.uuid, $0) }, uniquingKeysWith: { first, _ in first })
    var findings: [Finding] = []
    for published in try dataset.verdicts() {
      func finding(_ state: Finding.State, _ details: [String]) -> Finding {
        Finding(name: published.name, session: published.session, state: state, details: details)
      }
      guard let position = positions[published.session] else {
        findings.append(finding(.noSamples, ["the dataset has no samples of the session"]))
        continue
      }
      do {
        let verdict = try Self.verdict(on: comparisons[position], among: comparisons, &loader)
        let differences = JSONDifference.all(published.verdict, verdict.json)
        findings.append(finding(differences.isEmpty ? .same : .differs, differences.map(\.description)))
      } catch let error as DatasetError {
        throw error
      } catch {
        findings.append(finding(.notJudged, ["\(error)"]))
      }
    }
    return findings
  }

  /// A comparison without its samples.
  private struct Context {
    let session: PublishedSession
    let evidence: Evidence

    init(session: PublishedSession, _ evidence: Evidence) {
      self.session = session
      self.evidence = evidence
    }
  }

  /// The verdict on a comparison, given all others that were published with it.
  private static func verdict(
    on comparison: Context, among comparisons: [Context], _ loader: inout EvidenceLoader
  ) throws -> Verdict {
    let context = comparison.evidence
    let maturity = try Envelope(source: context.envelope).promotion.maturity
    let prior = comparisons.filter { $0.evidence.isComparable(to: context) }.map {
      PriorComparisons.Item(startedAt: $0.evidence.session.startedAt, environment: $0.evidence.session.environment)
    }
    var earlier: [Evidence] = []
    for other in comparisons where context.continues(other.evidence) {
      if let evidence = try loader.evidence(of: other.session) { earlier.append(evidence) }
    }
    let evidence = try loader.evidence(of: comparison.session) ?? context
    return try Judge(
      evidence, after: earlier,
      priorComparisons: PriorComparisons(prior, before: context.session.startedAt, maturity)
    ).verdict()
  }
}

extension Evidence {
  /// Whether it counts for the maturity of another comparison: complete, of the same weights, envelope and host.
  fileprivate func isComparable(to other: Evidence) -> Bool {
    guard state == .complete, session.envelopeHash == other.session.envelopeHash,
      session.host.fingerprint == other.session.host.fingerprint
    else { return false }
    return Side.allCases.allSatisfy { side in
      guard case .hashed(let own, _) = run(of: side).provenance,
        case .hashed(let others, _) = other.run(of: side).provenance
      else { return false }
      return own == others
    }
  }
}
