import Foundation
import Measurements
import ModelRegistry
import Promotion
import Store
import Testing

@Suite("Challenges over all databases of a host")
struct ChallengeTests {
  private let host: ChallengedHost

  init() throws { host = try ChallengedHost() }

  /// Expects that neither a dry run nor a promotion edits anything.
  private func expectRefusal(
    of candidate: Int, _ number: SessionNumber = 1, from database: String, _ expected: PromotionError,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for isDryRun in [true, false, false] {
      #expect(throws: expected, sourceLocation: sourceLocation) {
        try host.promote(number, of: candidate, from: database, isDryRun: isDryRun)
      }
    }
    #expect(try host.registryText == MeasuredComparison.registryText, sourceLocation: sourceLocation)
  }

  @Test("A deleted database does not begin the count anew")
  func deletedDatabase() throws {
    #expect(try host.measure(1, into: "one").challenge == 1)
    for name in host.folder.names where name.hasPrefix("one.sqlite") {
      try FileManager.default.removeItem(at: host.folder(name))
    }
    let second = try host.measure(2, into: "one")
    #expect(second.challenge == 2 && second.unfinishedChallenges == [1])
    #expect(try host.promote(1, of: 2, from: "one") == .edited)
  }

  @Test("Forty candidates in forty databases are forty challenges, and the next database goes on with them")
  func fortyDatabases() throws {
    for copy in 1...40 {
      #expect(try host.measure(copy, into: "copy-\(copy)", isFinished: false).challenge == copy)
    }
    let last = try host.measure(41, into: "last")
    #expect(last.challenge == 41 && last.unfinishedChallenges == Array(1...40))
    #expect(try host.ledger.read().challenges(of: "org/old", host: MeasuredComparison.host.fingerprint).spent == 41)
  }

  @Test("The same candidate in another database, or in a copy of the database, is another challenge")
  func sameCandidate() throws {
    #expect(try host.measure(1, into: "one").challenge == 1)
    for name in host.folder.names where name.hasPrefix("one.sqlite") {
      try FileManager.default.copyItem(at: host.folder(name), to: host.folder(name.replacing("one", with: "copy")))
    }
    #expect(try host.measure(1, into: "one", startedAt: 1_700_000_100).challenge == 1)
    // The copy lacks the second comparison, which would be dropped if the third went on with the first.
    #expect(try host.measure(1, into: "copy", startedAt: 1_700_000_200).challenge == 2)
    #expect(try host.measure(1, into: "two", startedAt: 1_700_000_300).challenge == 3)
    let records = try host.ledger.read().records
    #expect(records.map(\.number) == [1, 1, 2, 3])
    #expect(records[1].opener == records[0].session && records[2].opener == records[2].session)
  }

  @Test("Many first challenges that were measured around the ledger are refused, and count")
  func aroundTheLedger() throws {
    try host.measure(1, into: "one")
    // After the ledger began.
    for copy in 2...4 {
      #expect(
        try host.measure(copy, into: "copy-\(copy)", startedAt: 5_000_000_000, isKept: false).challenge == 1)
    }
    let path = host.ledger.url.relativePath
    try expectRefusal(of: 2, from: "copy-2", .challengeOutdated("org/old", number: 1, next: 3, ledger: path))
    try expectRefusal(of: 3, from: "copy-3", .challengeOutdated("org/old", number: 1, next: 4, ledger: path))
    let message = PromotionError.challengeOutdated("org/old", number: 1, next: 4, ledger: path).description
    #expect(message.contains("Compare again") && message.contains("number 4"))
    #expect(try host.measure(3, into: "copy-3", startedAt: 5_000_000_001).challenge == 4)
    #expect(try host.promote(2, of: 3, from: "copy-3") == .edited)
  }

  @Test("Comparisons from before the ledger are taken over with all challenges of their database")
  func before() throws {
    for candidate in 1...3 { try host.measure(candidate, into: "one", isKept: false) }
    #expect(try host.promote(3, of: 3, from: "one", isDryRun: true) == .wouldEdit)
    #expect(try host.ledger.read().records.isEmpty)
    #expect(try host.promote(3, of: 3, from: "one") == .edited)
    let records = try host.ledger.read().records
    #expect(records.map(\.number) == [1, 2, 3])
    let areImported = records.allSatisfy(\.isImported)
    #expect(areImported)
    #expect(try host.measure(4, into: "two").challenge == 4)
  }

  @Test("A comparison from before the ledger is refused where another database has challenges that it lacks")
  func twoBefore() throws {
    try host.measure(1, into: "one", isKept: false)
    try host.measure(2, into: "two", isKept: false)
    #expect(try host.promote(1, of: 1, from: "one") == .edited)
    try host.folder.write(MeasuredComparison.registryText, to: "registry.json")
    try expectRefusal(
      of: 2, from: "two",
      .challengeOutdated("org/old", number: 1, next: 3, ledger: host.ledger.url.relativePath))
  }

  @Test("Two challenges with one number, as after a merge, promote neither")
  func merged() throws {
    let first = try host.measure(1, into: "one")
    let second = try host.measure(2, into: "one", isKept: false, challenge: 1)
    for (candidate, other) in [(1, second), (2, first)] {
      try expectRefusal(
        of: candidate, SessionNumber(rawValue: Int64(candidate)), from: "one",
        .challengeShared("org/old", number: 1, sessions: [other.uuid], next: 3))
    }
    #expect(try host.measure(2, into: "one", startedAt: 1_700_000_100).challenge == 3)
  }

  @Test("A ledger that cannot be read refuses every promotion, by one error that names the line")
  func forged() throws {
    try host.measure(1, into: "one")
    let text = try host.folder.text(of: "registry.challenges.jsonl")
    for line in ["{}", "", "[1]", "\u{0}", text.replacing("\"challenge\":1", with: "\"challenge\":0")] {
      try host.folder.write(text + line + "\n", to: "registry.challenges.jsonl")
      for isDryRun in [true, false] {
        let error = #expect(throws: RegistryError.self) {
          try host.promote(1, of: 1, from: "one", isDryRun: isDryRun)
        }
        #expect(error?.description.contains("line 2 ") == true, "\(line): \(String(describing: error))")
      }
      #expect(throws: RegistryError.self) { try host.measure(2, into: "one") }
    }
    #expect(try host.registryText == MeasuredComparison.registryText)
    #expect(try host.store("one").sessions().count == 1)
  }

  @Test("A line with another number than the database has is refused")
  func changedLine() throws {
    try host.measure(1, into: "one")
    let session = try host.measure(2, into: "one")
    let text = try host.folder.text(of: "registry.challenges.jsonl")
    try host.folder.write(
      text.replacing("\"challenge\":2", with: "\"challenge\":7"), to: "registry.challenges.jsonl")
    try expectRefusal(
      of: 2, 2, from: "one",
      .challengeDiffers(session: session.uuid, number: 2, kept: 7, ledger: host.ledger.url.relativePath))
  }

  @Test("A ledger that another program holds is named, and nothing is edited")
  func locked() throws {
    try host.measure(1, into: "one")
    let path = host.folder(".registry.challenges.jsonl.lock").path
    let descriptor = open(path, O_RDWR | O_CREAT, 0o644)
    try #require(descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    let error = #expect(throws: RegistryError.self) {
      try host.promote(1, of: 1, from: "one", lockTimeout: .zero)
    }
    #expect(error?.description.contains("registry.challenges.jsonl: another process") == true)
    #expect(try host.registryText == MeasuredComparison.registryText)
    close(descriptor)
    #expect(try host.promote(1, of: 1, from: "one") == .edited)
  }

  @Test("Other weights, and another host, begin their own count")
  func others() throws {
    try host.measure(1, into: "one")
    let ledger = try host.ledger.read()
    let record = try #require(ledger.records.first)
    #expect(ledger.challenges(of: record.resident, host: "elsewhere").records.isEmpty)
    var other = record.resident
    (other.weights, other.tensors) = ("other", nil)
    #expect(ledger.challenges(of: other, host: record.host).records.isEmpty)
    // Another file of the same tensors is the same resident.
    other.tensors = record.resident.tensors
    #expect(ledger.challenges(of: other, host: record.host).records == [record])
  }
}
