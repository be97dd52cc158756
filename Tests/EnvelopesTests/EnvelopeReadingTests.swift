import Foundation
import JSON
import Testing
import Measurements
@testable import Envelopes

@Suite("Reading an envelope")
struct EnvelopeReadingTests {
  @Test("The least proof of the weights may be given, by one of three names")
  func proof() throws {
    let text = ExampleEnvelope.text
    #expect(try Envelope(parsing: Array(text.utf8), file: "example.json").promotion.proof == nil)
    func proven(_ level: String) throws -> ProofLevel? {
      let changed = text.replacingOccurrences(of: #""promotion": {"#, with: #""promotion": {"proof": "\#(level)","#)
      return try Envelope(parsing: Array(changed.utf8), file: "example.json").promotion.proof
    }
    #expect(try proven("process") == .process)
    #expect(throws: EnvelopeError.self) { try proven("unverified") }
  }

  @Test("Every member arrives in its place")
  func members() throws {
    let envelope = try Envelope(parsing: Array(ExampleEnvelope.text.utf8), file: "example.json")
    #expect(envelope.id == "example")
    #expect(envelope.version == 3)
    #expect(envelope.summary == "A small example.")
    #expect(envelope.sampling == Sampling(temperature: 0, topP: 1, seed: 7))
    #expect(
      envelope.throughput == [
        ThroughputCell(id: "short", text: "Once upon a time", promptTokens: 64, decodeTokens: 32),
        ThroughputCell(id: "long", text: "Once upon a time", promptTokens: 512, decodeTokens: 32),
      ])
    #expect(
      envelope.accuracy == [
        AccuracyTask(
          id: "choice", kind: .multipleChoice,
          items: [
            .init(id: "c1", prompt: "The sky is", options: ["blue", "square"], answer: 0),
            .init(id: "c2", prompt: "Grass is", options: ["loud", "green", "late"], answer: 1),
          ]),
        AccuracyTask(
          id: "gap", kind: .cloze,
          items: [.init(id: "g1", prompt: "She ___ home.", options: ["goes", "go"], answer: 0)]),
        AccuracyTask(
          id: "exact", kind: .exactMatch, usesChatTemplate: true, maximumTokens: 8,
          items: [.init(id: "e1", prompt: "2 + 2 =", options: ["4", "four"], answer: 0)]),
      ])
    #expect(envelope.plan == Plan(blocks: 6, warmUps: 1, orderSeed: 11, voidLimit: 0.25))
    #expect(
      envelope.promotion
        == PromotionRule(
          confidence: 0.95,
          objectives: [.init(metric: .cumulativeTokensPerSecond, cell: "short", minimumEffect: 0.02)],
          guardrails: [
            .init(metric: .accuracy, cell: "choice", margin: 0.15),
            .init(metric: .firstTokenLatency, cell: "long", margin: 0.1),
            .init(metric: .flips, cell: "gap", margin: 0.3),
            .init(metric: .peakMemory, cell: nil, margin: 0.1),
          ],
          maturity: Maturity(comparisons: 4, daysBetween: 5, allowsProvisional: false)))
  }

  @Test("A stored envelope reads back as itself")
  func stored() throws {
    let envelope = try Envelope(source: ExampleEnvelope.source())
    let stored = envelope.source.serialized(.canonical)
    #expect(try Envelope(source: JSONValue(parsing: stored)).hash == envelope.hash)
    #expect(try Envelope(source: envelope.source) == envelope)
  }

  @Test("A file that is not there, a folder and a file too large are refused by name")
  func files() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("envelopes-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let missing = folder.appendingPathComponent("none.json")
    #expect(throws: EnvelopeError.unreadable(file: missing.relativePath, reason: "there is no such file")) {
      try Envelope(contentsOf: missing)
    }
    #expect(throws: EnvelopeError.unreadable(file: folder.relativePath, reason: "it is a folder")) {
      try Envelope(contentsOf: folder)
    }
    let large = folder.appendingPathComponent("large.json")
    try Data(count: Envelope.sizeLimit + 1).write(to: large)
    #expect(throws: EnvelopeError.tooLarge(file: large.relativePath, limit: Envelope.sizeLimit)) {
      try Envelope(contentsOf: large)
    }
    let good = folder.appendingPathComponent("good.json")
    try Data(ExampleEnvelope.text.utf8).write(to: good)
    #expect(try Envelope(contentsOf: good).id == "example")
  }

  @Test("Text that is not JSON is refused with line and column")
  func notJSON() {
    let error = #expect(throws: EnvelopeError.self) {
      try Envelope(parsing: Array("{\n\"id\" 1}".utf8), file: "x.json")
    }
    #expect(error?.description == "the envelope x.json is not valid JSON: unexpected '1' at line 2, column 6")
  }

  @Test("The file cut off anywhere is one error")
  func truncated() {
    let bytes = Array(ExampleEnvelope.text.utf8)
    for length in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: EnvelopeError.self) { try Envelope(parsing: Array(bytes[..<length])) }
    }
  }
}

@Suite("Limits on the machine")
struct EnvironmentLimitsTests {
  private func envelope(_ environment: JSONValue?) throws -> Envelope {
    var object = try #require(try JSONValue(parsing: ExampleEnvelope.text).object)
    object["environment"] = environment
    return try Envelope(source: .object(object))
  }

  @Test("An envelope without the section sets no limits")
  func absent() throws { #expect(try envelope(nil).environment == nil) }

  @Test("Each limit may be left out")
  func some() throws {
    let limits = try envelope(["max_load_average": 1.5, "needs_mains": true]).environment
    #expect(limits == EnvironmentLimits(loadAverage: 1.5, needsMains: true))
  }

  @Test("Unknown limits and values out of range are refused with their paths")
  func invalid() throws {
    #expect(throws: EnvelopeError.self) { try envelope(["max_load": 1]) }
    #expect(throws: EnvelopeError.self) { try envelope(["max_slowdown": 1]) }
    #expect(throws: EnvelopeError.self) { try envelope(["min_free_memory_bytes": -1]) }
  }
}
