import Foundation
import TestSupport
import Testing
import WorkerProtocol

/// The native worker as it is, and with its answers spoilt by `sed`.
@Suite("Worker check")
struct WorkerCheckTests {
  private static let program = "'\(Program.executable.path)' worker"

  private func findings(
    of script: String, _ names: [String]? = nil, model: URL = TestModels.uniform, seconds: Double = 600
  ) async throws -> [WorkerCheck.Finding] {
    let command = WorkerCommand(executable: URL(fileURLWithPath: "/bin/sh"), arguments: ["-c", script])
    return try await WorkerCheck(command, model: model.path, seconds: seconds).run(
      WorkerRequirement.all.filter { names?.contains($0.name) ?? true })
  }

  @Test("The native worker meets every requirement, those about vectors with a model that makes them")
  func native() async throws {
    for finding in try await findings(of: "exec \(Self.program)") {
      guard !finding.requirement.name.hasPrefix("embed") else { continue }
      #expect(finding.outcome == .met, "\(finding.requirement.name)")
    }
    let embedder = try TinyEmbedder.complete()
    for finding in try await findings(of: "exec \(Self.program)", model: embedder.url) {
      if case .violated(let problem) = finding.outcome { Issue.record("\(finding.requirement.name): \(problem)") }
      if finding.requirement.name.hasPrefix("embed") {
        #expect(finding.outcome == .met, "\(finding.requirement.name)")
      }
    }
  }

  @Test(
    "A worker that makes vectors and is spoilt in one way breaks the requirement about it",
    arguments: [
      ("embed", #"s/"dimension":16,"pooling"/"dimension":8,"pooling"/"#),
      ("embed", #"s/"maximum_tokens":18/"maximum_tokens":3/"#),
      ("embed", #"s/"cut_tokens":\[0/"cut_tokens":[1/"#), ("embed", #"s/"elapsed_ns":[0-9]*/"elapsed_ns":0/"#),
      (
        "embed-ragged",
        #"s/"id":4\(.*\)"vectors":\["[^"]*/"id":4\1"vectors":["AACAPwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==/"#
      ),
      ("embed-cut", #"s/"cut_tokens":\[[0-9]*/"cut_tokens":[0/"#),
      ("embed-refused", #"s/"error":"[^"]*"/"result":{}/"#),
    ])
  func spoiltEmbedder(name: String, edit: String) async throws {
    let embedder = try TinyEmbedder.complete()
    let outcome = try #require(
      try await findings(of: "\(Self.program) | sed -u '\(edit)'", [name], model: embedder.url).first
    ).outcome
    guard case .violated = outcome else {
      Issue.record("\(name) is \(outcome)")
      return
    }
  }

  @Test(
    "A worker that is spoilt in one way breaks the requirement about it",
    arguments: [
      ("greeting", #"s/"protocol":1/"protocol":2/"#),
      ("greeting", #"s/"engine":"native"/"engine":""/"#),
      ("not-json", #"s/"id":null/"id":1/"#),
      ("not-json", #"s/"error":"not valid[^"]*"/"result":{}/"#),
      ("pieces", #"s/"id":102/"id":103/"#),
      ("pieces", #"s/"peak_memory_bytes":[0-9]*/"peak_memory_bytes":"many"/"#),
      ("load-first", #"s/"error":"[^"]*"/"result":{}/"#),
      ("load-refused", #"s/"instruction_set"/"instructions"/"#),
      ("unknown-operation", #"s/"error":"bad/"result":{},"error":"bad/"#),
      ("bad-members", #"s/"error":"there are no tokens[^"]*"/"result":{"tokens":[]}/"#),
      ("provenance", #"s/"hash":"[0-9a-f]*"/"hash":"smollm2"/"#),
      ("tokenize", #"s/"tokens":\[2705,/"tokens":[/;s/"tokens":\[\]/"tokens":[1]/"#),
      ("fixed-length", #"s/"token_ns":\[[0-9]*,/"token_ns":[/"#),
      ("fixed-length", #"s/"token_ns":\[[0-9]*,/"token_ns":[9999999999999,/"#),
      ("fixed-length", #"s/"cached_tokens":0/"cached_tokens":5/"#),
      ("greedy", #"s/"id":4\(.*\)"text":"/"id":4\1"text":"x/"#),
      ("prefix", #"s/"cached_tokens":[1-9][0-9]*/"cached_tokens":10/"#),
      ("score", #"s/"log_probabilities":\[-/"log_probabilities":[/"#),
      ("batches", #"s/"log_probabilities":\[\[\[-/"log_probabilities":[[[-9/"#),
      ("batches", #"s/"log_probabilities":\[\[\[[^]]*\],/"log_probabilities":[[/"#),
      ("batches", #"s/"error":"there are no tokens[^"]*"/"result":{}/"#),
      ("slices", #"s/"phase":"decode"/"phase":"prefill"/"#),
      ("slices", #"s/"processed":3/"processed":4/"#),
      ("slices", #"s/\("phase":"decode".*\)"tokens":\[[0-9]*/\1"tokens":[1/"#),
      ("slices", #"s/"elapsed_ns":[0-9]*/"elapsed_ns":1/"#),
      ("slices", #"s/"finished":true/"finished":false/"#),
      ("advance", #"s/"error":"bad request: no request[^"]*"/"result":{}/"#),
      ("context", #"s/"error":"[^"]*"/"result":{}/"#),
      ("time-limit", #"s/"finish":"time"/"finish":"length"/"#),
    ])
  func spoilt(name: String, edit: String) async throws {
    let outcome = try #require(try await findings(of: "\(Self.program) | sed -u '\(edit)'", [name]).first).outcome
    guard case .violated = outcome else {
      Issue.record("\(name) is \(outcome)")
      return
    }
  }

  @Test(
    "A worker that ends badly or not at all breaks the requirement about its end",
    arguments: [
      ("greeting", "echo hello", 600), ("greeting", "exec sleep 3600", 1), ("end", "\(program); exit 3", 600),
      ("cancel", "\(program); exec sleep 3600", 600), ("line-limit", "\(program); exec cat > /dev/null", 5),
    ])
  func endings(name: String, script: String, seconds: Double) async throws {
    let outcome = try #require(try await findings(of: script, [name], seconds: seconds).first).outcome
    guard case .violated = outcome else {
      Issue.record("\(name) is \(outcome)")
      return
    }
  }

  @Test("A worker whose answer to load offers no slices need not answer begin and advance")
  func withoutSlices() async throws {
    let edit = #"s/"slices":true,//;s/"error":"bad request: no request[^"]*"/"result":{}/"#
    for finding in try await findings(of: "\(Self.program) | sed -u '\(edit)'", ["slices", "advance"]) {
      #expect(finding.outcome == .unsupported("its answer to load offers no slices"), "\(finding.requirement.name)")
    }
  }

  @Test("A worker whose answer to load offers no batches need not answer score_batch")
  func withoutBatches() async throws {
    let finding = try #require(
      try await findings(of: #"\#(Self.program) | sed -u 's/"batches":true,//'"#, ["batches"]).first)
    #expect(finding.outcome == .unsupported("its answer to load offers no batches"))
  }

  @Test("A worker that says it does not offer something violates nothing")
  func unsupported() async throws {
    let edit =
      #"s/"result":{"log_probabilities.*}/"error":"no scores","status":"unsupported","peak_memory_bytes":999999999}/"#
    let finding = try #require(try await findings(of: "\(Self.program) | sed -u '\(edit)'", ["score"]).first)
    #expect(finding.outcome == .unsupported("no scores"))
  }
}
