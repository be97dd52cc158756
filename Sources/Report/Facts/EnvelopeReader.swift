import Envelopes
import Measurements
import Synchronization

/// Reads envelopes, each hardly more than once: comparisons share them, and checking thousands of items takes longer than
/// all the rest.
public final class EnvelopeReader: Sendable {
  private let known = Mutex<[EnvelopeHash: Envelope]>([:])
  private static let limit = 16

  public init() {}

  /// - Throws: `EnvelopeError` where the evidence's envelope can't be read.
  func envelope(of evidence: Evidence) throws(EnvelopeError) -> Envelope {
    let hash = evidence.session.envelopeHash
    if let envelope = known.withLock({ $0[hash] }) { return envelope }
    let envelope = try Envelope(source: evidence.envelope)
    known.withLock { known in
      if known.count >= Self.limit { known.removeAll() }
      known[hash] = envelope
    }
    return envelope
  }
}
