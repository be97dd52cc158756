import JSON
import Measurements
import Runner
import Testing
import WorkerProtocol

@testable import Dataset
@testable import Verdicts

/// What the program itself says has to leave whole.
@Suite("Redacting the program's own sentences")
struct RedactionVocabularyTests {
  let redactor = Redactor(identity: Fixture.identity)

  @Test("A gap leaves whole", arguments: gaps)
  func gap(gap: Gap) {
    #expect(redactor.message("\(gap)") == "\(gap)")
  }

  private static let gaps: [Gap] =
    Side.allCases.map(Gap.noPeakMemory)
    + CellStatus.allCases.map { .unscored("short", .candidate, $0, samples: 1, message: "on battery") }
    + Metric.allCases.map { .undefined($0, "short", blocks: 2) }
    + [
      .session(.interrupted, missing: []),
      .session(.running, missing: ["2 of 10 blocks of short", "1 of 1 item of facts", "3 of 6 rounds of live"]),
      .blocks("short", measured: 3, planned: 10), .voids("short", void: 6, measured: 10, limit: 0.34),
      .tooFewBlocks("short", scored: 1), .incomparable("text", items: ["t1", "t2"]), .tooFewTokens("text", scored: 12),
      .unranked("search", items: ["q1", "q2"]), .noCorrelation("pairs"),
      .unpaired("facts", residentOnly: ["q1"], candidateOnly: ["q2", "q3"], neither: ["q4"]),
      .unpaired("facts", residentOnly: ["q1", "q2", "q3", "q4", "q5", "q6", "q7"], candidateOnly: [], neither: []),
      .unpaired("live", residentOnly: [], candidateOnly: [], neither: ["round 1", "round 2"]),
      .unpaired("facts", residentOnly: ["q1"], candidateOnly: [], neither: ["q4"]),
      .unpaired("facts", residentOnly: [], candidateOnly: ["q1"], neither: ["q4"]),
      .unpaired("facts", residentOnly: ["q1"], candidateOnly: ["q2"], neither: []),
      .unpaired("facts", residentOnly: [], candidateOnly: ["q2"], neither: []),
    ]

  @Test(
    "What was truncated leaves whole, but for the name of something that no envelope has",
    arguments: ["the request", "a text of the skill calendar", "the query", "the document d7", "a text of the pair"])
  func truncated(text: String) {
    let message = "the input is truncated: 12 tokens at the end of \(text) are more than the model reads"
    #expect(redactor.message(message, names: ["calendar", "d7"]) == message)
    let strange = message.replacing(text, with: "/home/someone/notes.txt")
    #expect(!redactor.message(strange, names: []).contains("someone"))
  }

  @Test("A refusal leaves whole", arguments: refusals)
  func refusal(refusal: Refusal) {
    #expect(redactor.message("\(refusal)") == "\(refusal)")
  }

  private static let engine = EngineBuild(
    name: "native", version: "0.1.0+881bf48a71b1", instructionSet: "avx2", threads: 2)
  private static let server = EngineBuild(name: "llama.cpp", version: "b6123", instructionSet: "none", threads: 0)
  private static let regime = Regime(promptTokens: 16, decodeTokens: 8, cachedTokens: 0, concurrency: 1)

  private static let refusals: [Refusal] = [
    .noResident, .unverified(.candidate, "org/new"), .sameWeights("00ff"),
    .weakProof(.resident, "org/old", found: .process, needed: .hashed),
    .otherEngine(resident: engine, candidate: engine), .otherEngine(resident: server, candidate: engine),
    .otherEngine(resident: engine, candidate: server), .otherEngine(resident: server, candidate: server),
    .otherConditions(.affinity, resident: "0-3,5", candidate: nil),
    .otherConditions(.niceValue, resident: "-5", candidate: "10"),
    .otherConditions(.executable, resident: "00ff00ff00ff+11aa", candidate: "22bb"),
    .otherConditions(.weightsPlace, resident: "memory", candidate: "file"),
    .otherHugePages(resident: 0.1, candidate: 0.95), .otherProcessorTime(resident: 1.98, candidate: 0.4),
    .moreWorkerEnds(resident: 0, candidate: 3),
    .otherEnvelope(measured: "00ff", stored: "11ee"), .otherModel(.resident, named: "org/old", measured: "org/older"),
    .otherRegime("short", .candidate, measured: regime, expected: regime),
    .extraBlocks("short", scored: 12, planned: 10),
    .strayCell("short", .resident, samples: 1), .strayCell("short", .resident, samples: 4),
    .earlier("0b6f1a52-9c1e-4f6e-8a55-2f3a8d1c9e70", .otherHugePages(resident: 0.1, candidate: 0.95)),
  ]

  @Test("What becomes of workers and of the machine leaves whole", arguments: disturbances)
  func disturbance(text: String) {
    #expect(redactor.message(text) == text)
  }

  private static let disturbances =
    [
      WorkerFailure.died(status: .exited(1), lastLines: []), .died(status: .signalled(9), lastLines: []),
      .died(status: .signalled(11), lastLines: []), .timedOut(operation: "generate", seconds: 30),
    ].flatMap { ["\($0)", "the candidate's worker was replaced: \($0)", "\(RunnerError.notLoaded("org/new", $0))"] } + [
      "it needs 120 MB (weights 60 MB, cache 20 MB, scratch 10 MB, program 30 MB), of a budget of 100 MB",
      "8 of 64 prompt tokens were in the engine's cache, the cell declares 0", "interrupted after 3 requests",
      "the candidate's request was in another state than declared: 8 of 64 prompt tokens were in the engine's cache, the cell declares 0",
      "ended after 12 of 64 tokens",
      "interrupted after 3 of 12 samples", "interrupted after 2 turns", "the machine slept for 12 s",
      "the program stood still for 3 s during block 4 of short",
      "the worker of the candidate and the resident was stopped",
      "the wall clock moved by +3600 s by the end of block 2 of short", "on battery",
      "its round is void for short: the machine slept for 12 s", Fixture.voidReason,
      "\(Fixture.voidReason); \(Fixture.voidReason.replacing("resident", with: "candidate"))",
      "the machine was outside the envelope's limits: load average 3.10, at most 2.00 allowed; 2.5 % of processor time stolen"
        + " by the hypervisor, at most 1.0 % allowed; 12 MB of swap in use, at most 0 MB allowed; 90.00 °C, at most 80.00 °C"
        + " allowed; on battery; a fixed loop ran 5.0 % slower than before, at most 2.0 % allowed",
      "org/bg answered 12 requests (480 tokens) of a stream of 32 meanwhile",
      "the chat template has no switch for reasoning",
      "round 3 needs 9000 tokens, the model has room for 8192", "round 2: the limit of 30.0 s came after 12 tokens",
      "it needs 900 MB (weights 800 MB, cache 60 MB, scratch 40 MB), of a budget of 500 MB of which 100 MB are taken",
      "the server was not restarted: its load is in every round; 3 % margin",
    ]
}
