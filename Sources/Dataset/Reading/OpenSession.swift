import Measurements
import Store

/// A session of a batch that is being added.
final class OpenSession {
  let number: SessionNumber
  let row: TableRow<SessionColumn>
  let cells: EnvelopeCells
  let isComparison: Bool
  let declaredRuns: Int
  let declaredSamples: Int
  /// In the order of loading.
  var runs: [(number: RunNumber, side: Side?)] = []
  /// In the order of measurement.
  var readings: [Int64] = []
  var sampleCount = 0
  /// Those that have samples.
  var sides: Set<Side?> = []

  init(
    number: SessionNumber, row: TableRow<SessionColumn>, cells: EnvelopeCells, isComparison: Bool, declaredRuns: Int,
    declaredSamples: Int
  ) {
    self.number = number
    self.row = row
    self.cells = cells
    self.isComparison = isComparison
    self.declaredRuns = declaredRuns
    self.declaredSamples = declaredSamples
  }

  /// - Parameter declared: What the index says, whose entry has that name.
  /// - Throws: `malformed` if rows are missing or too many.
  func checkCounts(_ declared: IndexEntry.Session, in name: String) throws(DatasetError) {
    guard declaredRuns == runs.count else {
      throw row.error("\"run_count\" is \(declaredRuns), and `runs` has \(runs.count) of the session")
    }
    guard declaredSamples == sampleCount else {
      throw row.error("\"sample_count\" is \(declaredSamples), and `samples` has \(sampleCount) of the session")
    }
    guard declared.samples == sampleCount else {
      throw .malformed(
        name: name, line: 1,
        problem: "\"samples\" of session \(declared.uuid) is \(declared.samples), and `samples` has \(sampleCount)")
    }
    for side in Side.allCases where isComparison && !sides.contains(side) {
      throw row.error("\"\(side.rawValue)\" has no samples in the session")
    }
  }
}
