import Foundation
import JSON
import Measurements
import Testing
import ToolCalls
import Verdicts

@testable import Runner

/// A real worker process that plays recorded outputs, a real database.
@Suite("Tool loops") struct ToolLoopTests {
  @Test("Each entry of the taxonomy is recorded in its round") func taxonomy() async throws {
    #expect(Set(RecordedOutputs.all.flatMap(\.failures)) == Set(CallFailure.allCases))
    let samples = try await ScriptedLoop().samples(outputs: RecordedOutputs.all.map(\.output))
    #expect(samples.map(\.place.round) == Array(1...RecordedOutputs.all.count))
    for (sample, expected) in zip(samples, RecordedOutputs.all) {
      #expect(sample.turn?.judgement?.failures == expected.failures.map(\.rawValue), "round \(sample.place.round ?? 0)")
      #expect(sample.turn?.judgement?.parser == "json_tools")
    }
    let cell = try #require(try ScriptedLoop.envelope(rounds: RecordedOutputs.all.count).toolLoops.first)
    let facts = LoopFacts(cell, samples)
    #expect(facts.firstDegradedRound == 2)
    #expect(facts.failures["no_call"] == 1)
    #expect(facts.failures["wrong_parser"] == 1)
  }

  @Test("A flood, invalid UTF-8, a crash and repetition end in their turn, and the run goes on") func hostileOutput()
    async throws
  {
    let loop = try ScriptedLoop()
    let flood = try await loop.samples(
      outputs: [
        ["text": "again and ", "repeat": 100_000, "tokens": 100_000, "finish": "length"],
        ["text_bytes": [0x68, 0xFF, 0xE2, 0x98]], ["text": .string(RecordedOutputs.right)], ["crash": true],
      ], rounds: 4)
    #expect(flood[0].turn?.judgement?.failures.contains("repetition_loop") == true)
    #expect(flood[1].turn?.judgement?.failures == ["no_call"])
    #expect(flood[1].turn?.judgement?.text == "h\u{FFFD}\u{FFFD}")
    #expect(flood[2].turn?.judgement?.isValid == true)
    // The turn is asked again of a fresh worker, which plays the script from its start.
    #expect(flood[3].status == .success)
    #expect(flood.count == 4)
    let crashes = try await ScriptedLoop().samples(outputs: [["crash": true]], rounds: 2)
    #expect(crashes.map(\.status) == [.failed])
  }

  // Without the limit the scripted worker would answer after an hour, with success.
  @Test("A worker that never answers is ended by the cell's limit") func hang() async throws {
    let samples = try await ScriptedLoop().samples(
      outputs: [["hang": true]], rounds: 2, members: [("max_seconds", 0.2)])
    #expect(samples.map(\.status) == [.failed])
    guard case .unscored(.failed, let message)? = samples.first?.outcome else { return }
    #expect(message.contains("gave no answer to generate"))
  }

  @Test("Rates, rounds and latencies decide as objectives and guardrails") func verdict() async throws {
    let outputs: [Side: [JSONValue]] = [
      .resident: Array(repeating: ["text": .string(RecordedOutputs.right)], count: 12),
      .candidate: [["text": .string(RecordedOutputs.right)]] + Array(repeating: ["text": "No."], count: 11),
    ]
    let loop = try ScriptedLoop()
    let guardrails: JSONValue = [
      ["metric": "valid_tool_call_rate", "cell": "loop", "margin": 0.1],
      ["metric": "first_degraded_round", "cell": "loop", "margin": 0.2],
      ["metric": "answered_share", "cell": "loop", "margin": 0.5],
    ]
    let number = try await loop.run(try ScriptedLoop.envelope(rounds: 12, guardrails: guardrails), outputs)
    let verdict = try Judge(loop.store.verdictInputs(of: number)).verdict()
    #expect(verdict.outcome == .reject)
    #expect(verdict.guardrails.map(\.state) == [.broken, .broken, .passed])
    let text = verdict.details(width: 100)
    #expect(
      text.contains("resident none in 12 rounds (mean [4.53, +inf]), candidate round 2 of 12 (mean [1.05, 39.5])"))
    #expect(text.contains("failed: no call"))
    let live = try #require(verdict.facts.first { $0.side == .candidate })
    #expect(live.figures.first { $0.metric == .validToolCallRate }?.value == 1.0 / 12)
  }

  @Test("A wrong parser is shown as such, and the right one reads the same outputs") func override() async throws {
    var loop = try ScriptedLoop()
    loop.parser = .qwen3Coder
    let outputs: [JSONValue] = Array(repeating: ["text": .string(RecordedOutputs.right)], count: 3)
    let wrong = try await loop.samples(outputs: outputs)
    #expect(wrong.allSatisfy { $0.turn?.judgement?.failures == ["wrong_parser"] })
    let right = try await ScriptedLoop().samples(outputs: outputs)
    #expect(right.allSatisfy { $0.turn?.judgement?.isValid == true })
  }

  @Test("A loop that outgrows the context is recorded as not applicable, with the reason") func context() async throws {
    var loop = try ScriptedLoop()
    loop.contextLength = 600
    let samples = try await loop.samples(outputs: Array(repeating: ["text": .string(RecordedOutputs.right)], count: 8))
    let last = try #require(samples.last)
    guard case .unscored(.notApplicable, let message) = last.outcome else {
      Issue.record("the loop went on")
      return
    }
    #expect(message.contains("the model has room for 600"))
    #expect(samples.dropLast().allSatisfy { $0.turn != nil })
  }

  @Test("A template without tools or without the switch does not run a cell that needs them") func abilities()
    async throws
  {
    var loop = try ScriptedLoop()
    loop.chat = ["takes_tools": false]
    #expect(try await loop.samples(outputs: [["text": "x"]]).map(\.status) == [.notApplicable])
    let thinking = try ScriptedLoop()
    let samples = try await thinking.samples(outputs: [["text": "x"]], members: [("thinking", true)])
    #expect(samples.map(\.status) == [.notApplicable])
  }

  @Test("A replay repeats the scripted turns, from nothing in its first round") func replay() async throws {
    let samples = try await ScriptedLoop().samples(
      outputs: [["text": "ignored"]], rounds: 3, members: [("mode", "replay"), ("blocks", 2)])
    #expect(samples.count == 12)
    #expect(samples.allSatisfy { $0.turn?.judgement == nil && $0.turn?.times.decodeTokens == 16 })
    let prompts = samples.map { $0.turn?.times.promptTokens ?? 0 }
    #expect(prompts[0..<3] == prompts[3..<6])
    #expect(prompts[0] < prompts[1] && prompts[1] < prompts[2])
    #expect(
      samples.map { ($0.turn?.times.cachedTokens ?? 0) > 0 }
        == Array(repeating: [false, true, true], count: 4).flatMap(\.self))
  }
}
