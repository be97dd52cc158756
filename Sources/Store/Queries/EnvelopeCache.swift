import JSON
import Synchronization

/// Envelopes that were parsed before, by hash: one may hold thousands of items, and a candidate's comparisons share it.
final class EnvelopeCache: Sendable {
  private let kept = Mutex<[(hash: String, envelope: JSONValue)]>([])
  private static let limit = 4

  subscript(hash: String) -> JSONValue? { kept.withLock { kept in kept.first { $0.hash == hash }?.envelope } }

  func keep(_ envelope: JSONValue, hash: String) {
    kept.withLock { kept in
      kept.removeAll { $0.hash == hash }
      if kept.count >= Self.limit { kept.removeFirst() }
      kept.append((hash, envelope))
    }
  }
}
