import Foundation
import Testing
import Verdicts

/// One verdict for each outcome and each state that a rule can have.
enum Snapshots {
  static let verdicts: [(name: String, make: @Sendable () throws -> Verdict)] = [
    ("promote-provisional", { try Fixture.verdict() }),
    ("promote-final", { try Fixture.verdict(prior: 3) }),
    ("hold", { try Fixture.verdict(prior: 3) { $0.speed = 1 } }),
    ("reject", { try Fixture.verdict { $0.candidateWrong = Set(10..<60) } }),
    ("inconclusive-items", { try Fixture.verdict { ($0.items, $0.candidateWrong) = (20, [1, 2]) } }),
    ("inconclusive-noise", { try Fixture.verdict { $0.noise = 0.2 } }),
    ("inconclusive-few-blocks", { try Fixture.verdict { $0.blocks = 2 } }),
    ("refused", { try Fixture.verdict({ _ in }) { $0.candidate.provenance = .unverified } }),
  ]
}

@Suite("Snapshots of the verdict's text")
struct SnapshotTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots")

  /// The files are written anew with `RECORD_SNAPSHOTS=1 swift test --filter SnapshotTests`; the difference is to be read.
  @Test("Each outcome at 80, 100 and 140 columns is as it was looked at", arguments: Snapshots.verdicts.map(\.name))
  func outcome(_ name: String) throws {
    let make = try #require(Snapshots.verdicts.first { $0.name == name }?.make)
    let verdict = try make()
    let text = [80, 100, 140].map { "--- \($0) columns\n" + verdict.text(width: $0) }.joined(separator: "\n")
    let file = Self.folder.appending(path: "\(name).txt")
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil {
      try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let expected = try String(contentsOf: file, encoding: .utf8)
    #expect(text == expected)
  }

  @Test("Colour takes no width and changes no word")
  func colour() throws {
    for verdict in try Snapshots.verdicts.map({ try $0.make() }) {
      for width in [80, 100, 140] {
        let coloured = verdict.text(width: width) { "\u{1B}[32m\($0)\u{1B}[0m" }
        #expect(coloured.contains("\u{1B}[32mKEEP") || coloured.contains("\u{1B}[32mTAKE"))
        let plain = coloured.replacing(/\x1B\[[0-9]+m/, with: "")
        #expect(plain == verdict.text(width: width))
      }
    }
  }
}
