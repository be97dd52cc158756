import Store
import Measurements

/// Reads and checks each envelope once: sessions share a few of them.
struct EnvelopeCache {
  private let redactor: Redactor
  private var known: [EnvelopeHash: (cells: EnvelopeCells, revelation: String?)] = [:]
  private static let limit = 16

  init(redactor: Redactor) { self.redactor = redactor }

  /// - Throws: `revealingEnvelope`, as an envelope is published whole or not at all.
  mutating func cells(of record: SessionRecord) throws(DatasetError) -> EnvelopeCells {
    let hash = record.session.envelopeHash
    let entry =
      known[hash] ?? (EnvelopeCells(record.envelope), redactor.revelation(in: record.envelope.serialized()))
    if known.count >= Self.limit, known[hash] == nil { known.removeAll() }
    known[hash] = entry
    if let what = entry.revelation { throw .revealingEnvelope(record.number, what: what) }
    return entry.cells
  }
}
