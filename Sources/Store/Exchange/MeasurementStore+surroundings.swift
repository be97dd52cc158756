import GRDB
import Measurements

extension MeasurementStore {
  /// What went on around a session's samples.
  public func surroundings(of session: SessionNumber) throws(StoreError) -> Surroundings {
    Surroundings(
      incidents: try incidents(of: session),
      blocks: try observations(of: session).map { .init(cell: $0.cell, block: $0.block, observation: $0.observation) })
  }

  /// - Throws: `invalidValue` for what nobody can have seen.
  static func validate(_ surroundings: Surroundings) throws(StoreError) {
    for incident in surroundings.incidents { try validate(incident) }
    for block in surroundings.blocks {
      guard block.block >= 0, !block.cell.rawValue.utf8.contains(0),
        block.observation.traces.allSatisfy({ $0.startedAt.isFinite && $0.values.allSatisfy { $0 >= 0 } })
      else {
        throw .invalidValue(
          of: "what was seen around a block",
          problem: "has a negative number, no time or a cell whose name contains U+0000")
      }
    }
  }

  func insert(_ surroundings: Surroundings, session: SessionNumber, _ database: Database) throws {
    for incident in surroundings.incidents { try insert(incident, session: session, database) }
    for block in surroundings.blocks {
      try insert(block.observation, cell: block.cell, block: block.block, session: session, database)
    }
  }
}
