import Foundation
import Measurements
import Platform
import TestSupport
import Testing

@testable import ModelRegistry

@Suite struct ChallengeLedgerFileTests {
  private let folder: TemporaryFolder
  private let registry: URL

  init() throws {
    folder = try TemporaryFolder()
    registry = try folder.write("{\"models\":{\"default\":\"o/a\"}}", to: "registry.json")
  }

  private static func record(_ number: Int, isImported: Bool = false) -> ChallengeRecord {
    ChallengeRecord(
      number: number, session: "session \(number)", opener: number == 2 ? "session 1" : nil, host: "host",
      envelope: "envelope", resident: .init(model: "o/\"a\"\n", weights: "w", tensors: "t"),
      candidate: .init(model: "o/b", weights: "v", tensors: nil), recordedAt: 1_700_000_000.25, isImported: isImported)
  }

  private func add(_ record: ChallengeRecord, to file: ChallengeLedgerFile) throws {
    try file.withLedger { _, add in try add([record]) }
  }

  @Test("Lines are added beside the registry, one a comparison, and read as they were")
  func adds() throws {
    let file = ChallengeLedgerFile(beside: registry)
    #expect(try file.read().records.isEmpty && folder.names == ["registry.json"])
    let records = [Self.record(1), Self.record(2), Self.record(3, isImported: true)]
    for (index, record) in records.enumerated() {
      try file.withLedger { ledger, add in
        #expect(ledger.records == Array(records.prefix(index)))
        try add([record])
      }
    }
    #expect(folder.names == ["registry.challenges.jsonl", "registry.json"])
    #expect(try file.read().records == records)
    let lines = try folder.text(of: "registry.challenges.jsonl").split(separator: "\n")
    #expect(lines.count == 3 && lines[0].hasPrefix(#"{"challenge":1,"session":"session 1","host":"host","#))
    #expect(lines[1].hasSuffix(#""continues":"session 1"}"#) && lines[2].hasSuffix(#""imported":true}"#))
  }

  @Test("Without a registry nothing is kept; through a link, it lies beside the registry itself")
  func places() throws {
    let nowhere = ChallengeLedgerFile(beside: folder("other.json"))
    try add(Self.record(1), to: nowhere)
    #expect(try nowhere.read().records.isEmpty && folder.names == ["registry.json"])
    let elsewhere = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(at: elsewhere("link.json"), withDestinationURL: registry)
    try add(Self.record(1), to: ChallengeLedgerFile(beside: elsewhere("link.json")))
    #expect(try ChallengeLedgerFile(beside: registry).read().records == [Self.record(1)])
    #expect(elsewhere.names == ["link.json"])
  }

  @Test("What is no ledger is refused with its line, and kept")
  func malformed() throws {
    let file = ChallengeLedgerFile(beside: registry)
    try add(Self.record(1), to: file)
    let line = try folder.text(of: "registry.challenges.jsonl")
    let second = line.replacing("session 1", with: "session 2")
    let damages = [
      line, "x\n", "\n", "{}\n", "[]\n", String(second.dropLast(9)), second.replacing("\"host\":\"host\",", with: ""),
      second.replacing("\"weights\":\"v\"", with: "\"weights\":7"), second.replacing("\"t\"", with: "\"\""),
      second.replacing("\"model\":\"o/b\"", with: "\"name\":\"o/b\""),
      second.replacing("\"challenge\":1", with: "\"challenge\":0"),
      second.replacing("\"challenge\":1", with: "\"challenge\":9223372036854775807"),
      second.replacing("\"challenge\":1", with: "\"challenge\":1.5"),
      second.replacing("}\n", with: ",\"note\":1}\n"), second.replacing("}\n", with: ",\"imported\":1}\n"),
    ]
    for damage in damages {
      try folder.write(line + damage, to: "registry.challenges.jsonl")
      let error = #expect(throws: RegistryError.self, "\(damage)") { try file.read() }
      #expect(error?.description.contains("line 2 ") == true, "\(damage)")
      #expect(throws: RegistryError.self, "\(damage)") { try add(Self.record(2), to: file) }
      #expect(try folder.text(of: "registry.challenges.jsonl") == line + damage)
    }
    try FileManager.default.removeItem(at: file.url)
    try FileManager.default.createSymbolicLink(at: file.url, withDestinationURL: folder("nothing"))
    #expect(throws: RegistryError.self) { try file.read() }
  }

  @Test("A line that could not be read again is not written")
  func unreadable() throws {
    let file = ChallengeLedgerFile(beside: registry)
    for number in [0, ChallengeLedger.highestNumber + 1] {
      #expect(throws: RegistryError.self) { try add(Self.record(number), to: file) }
    }
    try add(Self.record(1), to: file)
    #expect(throws: RegistryError.self) { try add(Self.record(1), to: file) }
    #expect(try file.read().records == [Self.record(1)])
  }

  @Test(
    "A failure before the file is installed leaves what was there",
    arguments: WriteStep.allCases.prefix { $0 != .installed })
  func interrupted(step failing: WriteStep) throws {
    let failure = RegistryError.file(path: "registry.challenges.jsonl", .diskFull)
    let broken = ChallengeLedgerFile(beside: registry) { step throws(RegistryError) in
      if step == failing { throw failure }
    }
    let whole = ChallengeLedgerFile(beside: registry)
    #expect(throws: failure) { try add(Self.record(1), to: broken) }
    #expect(folder.names == ["registry.json"])
    try add(Self.record(1), to: whole)
    #expect(throws: failure) { try add(Self.record(2), to: broken) }
    #expect(try whole.read().records == [Self.record(1)])
    #expect(folder.names == ["registry.challenges.jsonl", "registry.json"])
  }

  @Test("Of many additions at once none is lost, and each knows those before")
  func concurrent() async throws {
    let registry = registry
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<16 {
        group.addTask {
          try ChallengeLedgerFile(beside: registry).withLedger { ledger, add in
            try add([Self.record(ledger.spent + 1)])
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try ChallengeLedgerFile(beside: registry).read().records.map(\.number) == Array(1...16))
  }

  @Test("A lock that stays held is refused with its holder, and reading goes on")
  func locked() throws {
    let file = ChallengeLedgerFile(beside: registry, lockTimeout: .zero)
    try add(Self.record(1), to: file)
    let target = try DurableFile.canonicalPath(of: file.url.path)
    try EditLock.withLock(on: target, timeout: .zero) { () throws(RegistryError) -> Void in
      #expect(throws: RegistryError.file(path: target, .locked(holder: getpid()))) {
        try add(Self.record(2), to: file)
      }
      let records = try? file.read().records
      #expect(records == [Self.record(1)])
    }
    try add(Self.record(2), to: file)
  }
}
