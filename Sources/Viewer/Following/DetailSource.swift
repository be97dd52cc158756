import Foundation
import Report
import Store
import Synchronization

/// The evidence of single comparisons, read from their samples when it is asked for, the last ones kept.
final class DetailSource: Sendable {
  private struct Kept {
    let tag: String
    let number: SessionNumber
    let detail: ComparisonDetail
  }

  private let reader: StoreReader
  private let envelopes = EnvelopeReader()
  private let kept = Mutex<[Kept]>([])
  private static let limit = 64

  /// - Throws: `StoreError.file` where the database cannot be read.
  init(database: URL) throws { reader = try StoreReader(database, name: "details") }

  /// - Parameter revision: The snapshot's that the comparison is of.
  func detail(of comparison: Report.Comparison, revision: String) async throws -> ComparisonDetail {
    let number = comparison.number
    let known = kept.withLock { kept in kept.first { $0.tag == revision && $0.number == number }?.detail }
    if let known { return known }
    let detail = try await reader.read { [envelopes] in try ComparisonDetail(comparison, in: $0, envelopes) }
    kept.withLock { kept in
      if kept.count >= Self.limit { kept.removeFirst() }
      kept.append(Kept(tag: revision, number: number, detail: detail))
    }
    return detail
  }
}
