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

  /// One finding a published verdict, by file name.
  ///
  /// - Throws: `DatasetError` where a file can't be read or is not what its name promises.
  public func findings() throws(DatasetError) -> [Finding] {
    let comparisons = try dataset.comparisons().map(\.evidence)
    return try dataset.verdicts().map { published in
      func finding(_ state: Finding.State, _ details: [String]) -> Finding {
        Finding(name: published.name, session: published.session, state: state, details: details)
      }
      guard let evidence = comparisons.first(where: { $0.session.uuid == published.session }) else {
        return finding(.noSamples, ["raw/ has no samples of the session"])
      }
      do {
        let verdict = try Self.verdict(on: evidence, among: comparisons)
        let differences = JSONDifference.all(published.verdict, verdict.json)
        return finding(differences.isEmpty ? .same : .differs, differences.map(\.description))
      } catch {
        return finding(.notJudged, ["\(error)"])
      }
    }
  }

  /// The verdict on a comparison, given all others that were published with it.
  static func verdict(on evidence: Evidence, among comparisons: [Evidence]) throws -> Verdict {
    let maturity = try Envelope(source: evidence.envelope).promotion.maturity
    let earlier = comparisons.filter { $0.isComparable(to: evidence) }.map {
      PriorComparisons.Item(startedAt: $0.session.startedAt, environment: $0.session.environment)
    }
    return try Judge(
      evidence, after: comparisons.filter(evidence.continues),
      priorComparisons: PriorComparisons(earlier, before: evidence.session.startedAt, maturity)
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
