import Dataset
import Foundation
import JSON
import Store
import Testing

@Suite("A batch that says that it replaces others")
struct HostileReplacementTests {
  let fixture: Fixture

  init() throws {
    fixture = try Fixture()
    try fixture.smallBatches(of: ["a", "b"])
    _ = try fixture.compactor().compact()
  }

  private func refusal() throws -> String {
    let importing = try #require(throws: DatasetError.self) {
      let other = try MeasurementStore(at: fixture.folder("\(UUID().uuidString).sqlite"), mode: .readWrite)
      return try DatasetImporter(fixture.dataset(), into: other).run()
    }
    let verifying = try #require(throws: DatasetError.self) { try fixture.dataset().checkReplacements() }
    #expect(importing == verifying)
    #expect(!importing.description.contains("\n"))
    return importing.description
  }

  @Test("It is refused if it lacks a session, a verdict, a set-aside or an envelope of theirs, or has more")
  func contents() throws {
    let (path, original) = try fixture.liveEntry()
    let changes: [(String, (inout JSONObject) -> Void)] = [
      (
        "session b is not there with the samples that it has",
        { $0["sessions"] = .array(Array($0["sessions"]?.array?.prefix(1) ?? [])) }
      ),
      ("a verdict on session ", { $0["verdicts"] = .array(Array($0["verdicts"]?.array?.prefix(1) ?? [])) }),
      ("was set aside or restored is missing", { $0["set_asides"] = nil }),
      ("the envelope ", { $0["envelopes"] = [] }),
      (
        "session c is in nothing that the entry replaces",
        { $0["sessions"] = .array(($0["sessions"]?.array ?? []) + [["session": "c", "samples": 0]]) }
      ),
      (
        "`samples` has 23 rows, and what the entry replaces has 24",
        { entry in
          entry["shards"] = .array(
            (entry["shards"]?.array ?? []).map { shard in
              guard shard["name"]?.string?.hasPrefix("samples/") == true, var object = shard.object else {
                return shard
              }
              object["rows"] = 23
              return .object(object)
            })
        }
      ),
    ]
    var last = path
    for (problem, change) in changes {
      last = try fixture.rewrite(last) { entry in
        entry = original
        change(&entry)
      }
      let refusal = try refusal()
      #expect(refusal.hasPrefix("\(last), line 1: ") && refusal.contains(problem), "\(refusal)")
    }
  }

  @Test("It is refused if a row of theirs is another, and the error names the table and the session")
  func rows() throws {
    let (path, _) = try fixture.liveEntry()
    try fixture.forge(path, .samples) { rows in
      let index = try #require(rows.firstIndex { $0["session"]?.string == "b" })
      var row = try #require(rows[index].object)
      row["load_average"] = 99
      rows[index] = .object(row)
    }
    let refusal = try refusal()
    #expect(
      refusal.hasSuffix("line 1: `samples`: session b has other rows than what the entry replaces"), "\(refusal)")
  }

  @Test("It is refused if rows of theirs are in another order")
  func order() throws {
    let (path, _) = try fixture.liveEntry()
    try fixture.forge(path, .samples) { $0.swapAt(0, 1) }
    #expect(try refusal().hasSuffix("`samples`: session a has other rows than what the entry replaces"))
  }

  @Test("It is refused if it replaces what another replaces, or one that replaces it in turn, or itself by another")
  func circles() throws {
    let (path, entry) = try fixture.liveEntry()
    let second = try fixture.rewrite(path, keeping: true) { $0["note"] = "another" }
    #expect(try refusal().contains(", as index/batch-"))
    // Two that replace each other: the name of the second is known only when the first is written, so one names the other.
    try FileManager.default.removeItem(at: fixture.folder("results/\(second)"))
    let old = try #require(entry["replaces"]?.array?.first?.string)
    let circle = try fixture.rewrite(old, keeping: true) {
      $0["schema_version"] = 3
      $0["replaces"] = [.string(path)]
    }
    let refusal = try refusal()
    #expect(refusal.hasPrefix("\(circle), line 1: it replaces \(path), but not index/batch-"), "\(refusal)")
  }

  @Test("It is refused if it names no entry, one twice, or has the version of those that replace nothing")
  func form() throws {
    let (path, original) = try fixture.liveEntry()
    let name = try #require(original["replaces"]?.array?.first)
    let changes: [(String, (inout JSONObject) -> Void)] = [
      ("no list of entries", { $0["replaces"] = "all" }), ("no list of entries", { $0["replaces"] = [] }),
      ("no entry's path", { $0["replaces"] = ["index/../samples.json"] }),
      ("no entry's path", { $0["replaces"] = [["a"]] }), ("twice", { $0["replaces"] = [name, name] }),
      ("of another version", { $0["schema_version"] = 2 }), ("of another version", { $0["replaces"] = nil }),
    ]
    var last = path
    for (problem, change) in changes {
      last = try fixture.rewrite(last) { entry in
        entry = original
        change(&entry)
      }
      let refusal = try refusal()
      #expect(refusal.contains(problem), "\(refusal)")
    }
  }

  @Test("One that replaces what is not there is read as it is")
  func partialCopy() throws {
    let (path, entry) = try fixture.liveEntry()
    for name in try #require(entry["replaces"]?.array).compactMap(\.string) {
      try FileManager.default.removeItem(at: fixture.folder("results/\(name)"))
    }
    #expect(try fixture.dataset().sessions().count == 2)
    #expect(try fixture.dataset().checkReplacements().missing == 3)
    // With one of the old entries there again, its rows are looked for once more.
    try fixture.forge(path, .samples) { rows in rows.reverse() }
    #expect(try fixture.dataset().checkReplacements().compared == 0)
  }
}
