import Dataset
import Foundation
import JSON
import Measurements
import Testing

@Suite("What leaves the machine")
struct PrivacyTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private static let secrets = [
    "alice", "liddell", "wonder", "/home/", "/users/", "bob", "192.168.1.7", "s3cret", "hf_abcdefgh", "ghp_abcdefgh",
    "swordfish", "quarterly", "summarise",
  ]

  private static let token = "hf_abcdefghijklmnopqrstuvwxyz012345"
  private static let prompt = "Summarise the quarterly figures"

  private static func planted(_ field: String) -> String {
    """
    \(field): cannot open /home/alice/models/x.gguf for Alice Liddell <alice@wonder.example.org>, see \
    file:///Users/bob/x and http://wonder.local:8080/v1 or http://192.168.1.7/ at WONDER
    with \(token), ghp_abcdefghijklmnopqrstuvwxyz0123456789 or swordfish: \(prompt)
    second line: s3cret
    """
  }

  /// A name cannot have a second line.
  private static func plantedName(_ field: String) -> String {
    "\(field)/alice/wonder:/home/alice/x,\(token),swordfish"
  }

  @Test("Names, paths and addresses planted in every field of free text do not leave")
  func planted() throws {
    var envelope = try #require(Fixture.envelope.object)
    envelope["tool_loops"] = [["id": "loop", "mode": "live"]]
    var resident = MeasuredSide.resident
    resident.run.provenance = .hashed("aaaa", files: JSONObject([("/home/alice/model.safetensors", "00ff")]))
    resident.run.engine = EngineBuild(
      name: Self.plantedName("engine"), version: Self.plantedName("version"), instructionSet: Self.plantedName("set"),
      threads: 2)
    resident.run.description = JSONObject([
      ("architecture", .string(Self.plantedName("architecture"))), ("serial", "s3cret"),
      ("lane", ["lane": .string(Self.plantedName("lane")), "alice": "/Users/bob/x"]),
      ("storage", [["format": .string(Self.plantedName("format"))]]),
    ])
    var turn = MeasuredSide.sample(
      "loop",
      .turn(
        TurnReading(
          times: ThroughputReading(promptTokens: 9, cachedTokens: 0, tokenNanoseconds: [5]),
          judgement: TurnJudgement(
            parser: Self.plantedName("parser"), failures: ["wrong_value", Self.planted("failure")],
            detail: Self.planted("detail"), isAnswered: true, text: Self.planted("text")))))
    turn.place.round = 1
    resident.samples += [
      MeasuredSide.sample("short", block: 5, .unscored(.failed, message: Self.planted("message"))),
      MeasuredSide.sample(
        "facts", item: Self.plantedName("item"),
        .answer(
          .init(
            answer: "alice at wonder: /home/alice/x", isCorrect: false, optionScores: [], completionTokens: 1))),
      MeasuredSide.sample(
        "facts", item: Self.prompt,
        .answer(.init(answer: Self.planted("answer"), isCorrect: false, optionScores: [], completionTokens: 1))),
      turn,
    ]
    var context = Fixture.context
    context.incidents[0].detail = Self.planted("detail")
    context.incidents[0].model = "/home/alice/models/Old-4bit"
    context.incidents[0].stamp = "s3cret"
    context.blocks[0].cell = CellID(rawValue: Self.plantedName("cell"))
    let number = try fixture.comparison(
      envelope: .object(envelope), resident: resident, context: context
    ) { session in
      session.role = Role(rawValue: Self.plantedName("role"))
      session.resident = "/home/alice/models/Old-4bit"
      session.candidate = "alice/New-4bit"
      session.envelopeID = Self.plantedName("suite")
      session.residentVersion = Self.plantedName("version")
      session.host.chip = Self.plantedName("chip")
      session.host.operatingSystem = Self.plantedName("os")
      session.host.architecture = Self.plantedName("architecture")
    }
    let verdict: JSONValue = [
      "outcome": "hold", "why": ["the ratio of alice", .string(Self.plantedName("why"))],
      "/home/alice/key": ["alice": "wonder"], "reason": .string(Self.planted("reason")),
      "refusals": [["code": .string(Self.planted("code")), "message": .string(Self.planted("message"))]],
      "subject": ["host": ["chip": .string(Self.plantedName("chip"))]],
    ]
    try fixture.store.record(verdict: verdict, outcome: "hold at wonder", for: number)
    try fixture.store.setAside(number, why: Self.planted("why"), requestedBy: Self.planted("by"))
    var identity = Fixture.identity
    identity.secrets = ["swordfish"]
    let report = try fixture.exporter(identity: identity).export()
    #expect(report.written.count == DatasetTable.allCases.count && report.refused.isEmpty)
    #expect(try fixture.rows(.samples).count == 16)
    for (name, bytes) in try fixture.files() {
      let text = (name + String(decoding: bytes, as: UTF8.self)).lowercased()
      for secret in Self.secrets { #expect(!text.contains(secret), "\(secret) is in \(name)") }
    }
  }

  @Test("What was predicted of a run leaves with it, and a prediction's own text does not")
  func prediction() throws {
    var resident = MeasuredSide.resident
    let prediction = RunPrediction(
      memory: .init(weights: 100, cache: 20, scratch: 3, program: 4, machine: 1000, reserve: 200),
      decode: [
        .init(
          cell: "short-prompt", bytesPerStep: 10, limit: 100,
          rate: .init(value: 60, lower: 40, upper: 80, basis: .rehearsed))
      ])
    resident.run.prediction = prediction
    var candidate = MeasuredSide.candidate
    var object = try #require(prediction.json.object)
    object["note"] = .string(Self.planted("note"))
    candidate.run.description["prediction"] = .object(object)
    _ = try fixture.comparison(resident: resident, candidate: candidate)
    _ = try fixture.exporter().export()
    let descriptions = try fixture.rows(.runs).compactMap { $0["description"]?.string }
      .compactMap { try? JSONValue(parsing: $0)["prediction"] }
    #expect(descriptions.count == 2)
    #expect(descriptions.allSatisfy { RunPrediction(json: $0) == prediction })
    for (name, bytes) in try fixture.files() {
      let text = String(decoding: bytes, as: UTF8.self).lowercased()
      for secret in Self.secrets { #expect(!text.contains(secret), "\(secret) is in \(name)") }
    }
  }

  @Test("The reason of a void block is reduced")
  func voidReason() throws {
    let number = try fixture.store.open(Fixture.session(uuid: "u"), envelope: Fixture.envelope)
    for var side in [MeasuredSide.resident, .candidate] {
      side.run.model = side.run.side == .resident ? "org/Old-4bit" : "org/New-4bit"
      let run = try fixture.store.append(side.run, to: number)
      try fixture.store.append(side.samples[0], to: run)
    }
    try fixture.store.void(.init(cell: "short", block: 0, reason: Self.planted("void")), in: number)
    try fixture.store.finish(number, state: .complete)
    _ = try fixture.exporter().export()
    let reasons = try fixture.rows(.measurements).compactMap { $0["void_reason"]?.string }
    #expect(!reasons.isEmpty)
    for reason in reasons { #expect(!Self.secrets.contains { reason.lowercased().contains($0) }, "\(reason)") }
  }

  @Test(
    "An envelope that names the machine or its user can't be reduced, as it is hashed, and is refused",
    arguments: ["see /home/alice/notes", "Tell Alice.", "at wonder", "with hf_abcdefghijklmnopqrstuvwxyz012345"])
  func envelope(text: String) throws {
    var envelope = Fixture.envelope.object ?? JSONObject()
    envelope["description"] = .string(text)
    let number = try fixture.comparison(envelope: .object(envelope))
    let report = try fixture.exporter().export()
    #expect(report.refused.map(\.session) == [number])
    #expect(try fixture.files().isEmpty)
  }

  @Test("Names that say nothing about a person, and words that only contain a name, are no obstacle")
  func genericNames() throws {
    var envelope = Fixture.envelope.object ?? JSONObject()
    envelope["description"] = "the square root of malice"
    try fixture.comparison(envelope: .object(envelope))
    let identity = LocalIdentity(homeFolder: "/root", userNames: ["root", "alice", ""], hostNames: ["localhost"])
    #expect(try fixture.exporter(identity: identity).export().refused.isEmpty)
  }

  @Test("Only the allowed members of a verdict leave")
  func verdictMembers() throws {
    let number = try fixture.comparison()
    try fixture.store.record(
      verdict: ["outcome": "hold", "secret_plan": "s3cret", "maturity": ["stage": "final", "note": "s3cret"]],
      outcome: "hold", for: number)
    _ = try fixture.exporter().export()
    let text = try #require(try fixture.rows(.verdicts).first?["verdict"]?.string)
    #expect(try JSONValue(parsing: text) == ["outcome": "hold", "maturity": ["stage": "final"]])
  }

  @Test("Rows have the columns of their table and no other")
  func columns() throws {
    let number = try fixture.comparison(context: Fixture.context)
    try fixture.store.record(verdict: ["outcome": "hold"], outcome: "hold", for: number)
    try fixture.store.setAside(number, why: "too noisy", requestedBy: "alice")
    _ = try fixture.exporter().export()
    for table in DatasetTable.allCases {
      let names = Set(table.columns.map(\.name))
      let rows = try fixture.rows(table)
      #expect(!rows.isEmpty && rows.allSatisfy { Set($0.object?.names ?? []) == names }, "\(table)")
    }
  }
}
