import Dataset
import Foundation
import JSON
import Measurements
import Store
import Testing

@Suite("Conditions of workers in a dataset")
struct ConditionsTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private static let conditions = WorkerConditions(
    executables: [String(repeating: "0f", count: 32)], niceValue: 0, affinity: "0-1", weightsPlace: .memory,
    hugePageBytes: 0, isOverridden: true, isAttached: true)

  private static var candidate: MeasuredSide {
    var side = MeasuredSide.candidate
    side.run.conditions = conditions
    return side
  }

  @Test("They are read back as they were, and imported", arguments: ShardFormat.allCases)
  func roundTrip(format: ShardFormat) throws {
    try fixture.comparison(candidate: Self.candidate)
    _ = try fixture.exporter(format: format).export()
    let evidence = try #require(try fixture.evidence().first)
    #expect(evidence.candidate.conditions == Self.conditions && evidence.resident.conditions == nil)
    let other = try MeasurementStore(at: fixture.folder("other.sqlite"), mode: .readWrite)
    _ = try DatasetImporter(try fixture.dataset(), into: other).run()
    #expect(try other.evidence(1).candidate.conditions == Self.conditions)
  }

  @Test("Rows from before have no such column; what is not of its form is an error with the line")
  func otherRows() throws {
    try fixture.comparison(candidate: Self.candidate)
    _ = try fixture.exporter().export()
    let line = try #require(try fixture.rows(.runs).firstIndex { $0["conditions"] != .null })
    func evidence(_ value: JSONValue?) throws -> Evidence? {
      try ForgedDataset(fixture.folder("results"), .runs, line: line, column: "conditions", value: value).evidence()
        .first
    }
    #expect(try #require(try evidence(nil)).candidate.conditions == nil)
    for value in [7, "", "{", #"{"nice": 40}"#, #"{"user": "alice"}"#] as [JSONValue] {
      #expect(throws: DatasetError.self) { try evidence(value) }
    }
  }
}
