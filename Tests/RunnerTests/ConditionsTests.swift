import Foundation
import JSON
import Measurements
import Store
import TestSupport
import Testing
import Verdicts
import WorkerProtocol

@testable import Runner

/// Handicaps of one side, in real processes.
@Suite("Conditions of workers", .serialized)
struct ConditionsTests {
  /// The codes of the refusals of a comparison whose sides have these members in their scripts.
  private func refusals(
    resident: [(String, JSONValue)] = [], candidate: [(String, JSONValue)] = []
  ) async throws -> [String] {
    let rounds = try ScriptedRounds()
    let number = try await rounds.run(
      try ScriptedRounds.envelope(cells: ["a"]), resident: resident, candidate: candidate)
    let verdict = try Judge(rounds.store.verdictInputs(of: number)).verdict()
    #expect(verdict.refusals.isEmpty || verdict.outcome == .inconclusive)
    return verdict.refusals.map(\.code)
  }

  @Test("What a worker runs under is recorded with each load, alike for both sides")
  func recorded() async throws {
    let rounds = try ScriptedRounds()
    let load: (String, JSONValue) = (
      "load", ["weights_in": "memory", "huge_page_bytes": 950, "model": ["bytes": 1000]]
    )
    let number = try await rounds.run(
      try ScriptedRounds.envelope(cells: ["a"]), resident: [load], candidate: [load])
    let conditions = try rounds.store.session(number).runs.map(\.conditions)
    #expect(conditions.count == 2 * ScriptedRounds.rounds)
    let first = try #require(conditions.first ?? nil)
    #expect(first.executables.count == 1 && first.executables.allSatisfy { $0.count == 64 })
    #expect(first.niceValue != nil && !first.isOverridden)
    #expect(first.weightsPlace == .memory && first.hugePageBytes == 950)
    #if os(Linux)
      #expect(first.affinity != nil)
    #endif
    #expect(conditions.allSatisfy { $0 == first })
    let verdict = try Judge(rounds.store.verdictInputs(of: number)).verdict()
    #expect(verdict.refusals.isEmpty)
  }

  @Test("A side that runs at a lower priority is refused", arguments: Side.allCases)
  func nice(side: Side) async throws {
    let handicap: [(String, JSONValue)] = [("at_load", "renice -n 19 -p $PPID")]
    let codes = try await refusals(
      resident: side == .resident ? handicap : [], candidate: side == .candidate ? handicap : [])
    #expect(codes == ["other_conditions"])
  }

  #if os(Linux)
    @Test(
      "A side that is bound to fewer processors is refused",
      .enabled(if: ProcessInfo.processInfo.activeProcessorCount > 1))
    func affinity() async throws {
      let bind = "taskset -cp $(taskset -cp $PPID | sed 's/.*: //; s/[-,].*//') $PPID"
      #expect(try await refusals(resident: [("at_load", .string(bind))]) == ["other_conditions"])
    }
  #endif

  @Test("A side whose weights stand elsewhere, or in other pages, is refused")
  func weights() async throws {
    func load(_ members: JSONValue) -> [(String, JSONValue)] { [("load", members)] }
    #expect(
      try await refusals(resident: load(["weights_in": "file"]), candidate: load(["weights_in": "memory"]))
        == ["other_conditions"])
    func pages(_ bytes: Int, of weights: Int) -> [(String, JSONValue)] {
      load(["huge_page_bytes": .integer(bytes), "model": ["bytes": .integer(weights)]])
    }
    #expect(
      try await refusals(resident: pages(400, of: 1000), candidate: pages(1900, of: 2000)) == ["other_conditions"])
    #expect(try await refusals(resident: pages(950, of: 1000), candidate: pages(1900, of: 2000)).isEmpty)
  }

  @Test("A side that got less than half of the other's share of the processors is refused")
  func processorTime() async throws {
    // A request has seven slices.
    func slices(_ nanoseconds: Int) -> [(String, JSONValue)] {
      [("slices", .array(Array(repeating: ["processor_ns": .integer(nanoseconds)], count: 7)))]
    }
    // In all, 32 tokens of 100 ns.
    #expect(try await refusals(resident: slices(150)) == ["other_processor_time"])
    #expect(try await refusals(candidate: slices(150)) == ["other_processor_time"])
    #expect(try await refusals(resident: slices(300)).isEmpty)
  }

  @Test("A program between the runner and the worker hides nothing")
  func wrapper() async throws {
    let rounds = try ScriptedRounds()
    let scripts: [Side: JSONObject] = [.candidate: ScriptedRounds.script("c")]
    let envelope = try ScriptedRounds.envelope(cells: ["a"])
    var plan = try rounds.plan(envelope, scripts)
    func conditions() async throws -> WorkerConditions {
      let number = try await MeasurementRunner(plan, store: rounds.store).run()
      return try #require(try rounds.store.session(number).runs.first?.conditions)
    }
    let plain = try await conditions()
    plan.command = WorkerCommand(
      executable: URL(fileURLWithPath: "/bin/sh"),
      arguments: ["-c", "nice -n 7 '\(Program.product("scripted-worker").path)'; exit"])
    let wrapped = try await conditions()
    #expect(wrapped.niceValue == plain.niceValue.map { min(19, $0 + 7) })
    #expect(Set(wrapped.executables).isSuperset(of: plain.executables) && wrapped.executables.count == 2)
  }

  @Test("A load under other conditions than the side's first ends the session")
  func otherLoad() async throws {
    let rounds = try ScriptedRounds()
    let mark = rounds.folder("loaded").path
    let command = "if test -e '\(mark)'; then renice -n 19 -p $PPID; else touch '\(mark)'; fi"
    let error = await #expect(throws: StoreError.self) {
      try await rounds.run(
        try ScriptedRounds.envelope(cells: ["a"]), candidate: [("at_load", .string(command))])
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("nice value"))
  }

  @Test("A worker that the environment named is recorded as what it is, and the verdict says so")
  func overridden() async throws {
    let rounds = try ScriptedRounds()
    var plan = try rounds.plan(
      try ScriptedRounds.envelope(cells: ["a"]),
      [.resident: ScriptedRounds.script("r"), .candidate: ScriptedRounds.script("c")])
    plan.command.isOverridden = true
    let number = try await MeasurementRunner(plan, store: rounds.store).run()
    #expect(try rounds.store.session(number).runs.allSatisfy { $0.conditions?.isOverridden == true })
    let verdict = try Judge(rounds.store.verdictInputs(of: number)).verdict()
    #expect(verdict.text(width: 200).contains("overridden by RESIDENT_WORKER for resident and candidate"))
    #expect(verdict.json["subject"]?["resident"]?["command"] == "overridden")
    #expect(verdict.refusals.isEmpty)
  }

  @Test("A worker that attached to a server is recorded as such with each load, and the verdict has a margin for it")
  func attached() async throws {
    let rounds = try ScriptedRounds()
    let load: (String, JSONValue) = ("load", ["attached": true])
    let number = try await rounds.run(
      try ScriptedRounds.envelope(cells: ["a"]), resident: [load], candidate: [load])
    let runs = try rounds.store.session(number).runs
    #expect(runs.count == 2 * ScriptedRounds.rounds && runs.allSatisfy { $0.conditions?.isAttached == true })
    let verdict = try Judge(rounds.store.verdictInputs(of: number)).verdict()
    #expect(verdict.loadMargin == LoadMargin.attachedServer && verdict.refusals.isEmpty)
    #expect(try await refusals(resident: [load]) == ["other_conditions"])
  }

  @Test("Token times that exceed the time that was waited are refused")
  func impossibleTimes() async throws {
    let rounds = try ScriptedRounds()
    let hour = 3_600_000_000_000
    let times = JSONValue.array((1...12).map { .integer($0 * hour) })
    let number = try await rounds.run(
      try ScriptedRounds.envelope(cells: ["a"]), candidate: [("outputs", [["text": "x", "token_ns": times]])])
    let samples = try rounds.store.evidence(number).candidateSamples.filter { $0.place.repetition == 1 }
    #expect(!samples.isEmpty)
    for sample in samples {
      guard case .unscored(.failed, let message) = sample.outcome else {
        Issue.record("\(sample)")
        continue
      }
      #expect(message.contains("were waited") || message.contains("could not be started again"))
    }
  }
}
