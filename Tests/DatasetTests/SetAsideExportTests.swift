import Dataset
import Foundation
import JSON
import Measurements
import Store
import Testing

@Suite("Sessions that are set aside, in a dataset")
struct SetAsideExportTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  @Test(
    "That a session was set aside and restored leaves once, arrives, and leaves again", arguments: ShardFormat.allCases)
  func roundTrip(format: ShardFormat) throws {
    let number = try fixture.comparison(uuid: "a")
    _ = try fixture.exporter(format: format).export()
    try fixture.store.setAside(number, why: "alice saw the load average", requestedBy: "alice")
    let second = try fixture.exporter(format: format).export()
    #expect(second.written.count == 1 && second.written.first?.hasPrefix("set_asides/") == true)
    #expect(try fixture.exporter(format: format).export().written.isEmpty)
    let other = try MeasurementStore(at: fixture.folder("other.sqlite"), mode: .readWrite)
    for _ in 0..<2 { _ = try DatasetImporter(fixture.dataset(), into: other).run() }
    let mark = try other.mark(of: 1)
    #expect(mark.setAside?.why == "…" && mark.setAside?.requestedBy == nil)
    #expect(try other.setAsides(of: 1).count == 1)
    let texts = try fixture.files().filter { $0.key.hasSuffix("jsonl") }.map {
      String(decoding: $0.value, as: UTF8.self)
    }
    #expect(!texts.contains { $0.contains("alice") })
    #expect(try fixture.dataset().latestVerdicts().records.isEmpty)
  }
}
