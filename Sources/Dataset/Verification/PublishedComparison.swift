import Measurements

/// A comparison of a dataset, without its samples.
struct PublishedComparison {
  let session: PublishedSession
  let evidence: Evidence

  var uuid: String { evidence.session.uuid }

  /// Whether it counts for the maturity of another comparison: complete, of the same weights, envelope and host.
  func isComparable(to other: PublishedComparison) -> Bool {
    let (own, others) = (evidence, other.evidence)
    guard own.state == .complete, own.session.envelopeHash == others.session.envelopeHash,
      own.session.host.fingerprint == others.session.host.fingerprint
    else { return false }
    return Side.allCases.allSatisfy { side in
      guard case .hashed(let mine, _) = own.run(of: side).provenance,
        case .hashed(let theirs, _) = others.run(of: side).provenance
      else { return false }
      return mine == theirs
    }
  }
}

/// The comparisons of a dataset.
struct PublishedComparisons {
  /// Oldest first.
  private(set) var all: [PublishedComparison] = []
  private var positions: [String: Int] = [:]

  /// Adds one that is not older than those before it.
  mutating func append(_ comparison: PublishedComparison) {
    positions[comparison.uuid] = all.count
    all.append(comparison)
  }

  /// By the session's UUID.
  subscript(_ uuid: String) -> PublishedComparison? { positions[uuid].map { all[$0] } }
}
