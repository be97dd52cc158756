import Foundation
import JSON
import TestSupport
import Testing
import ToolCalls
import WorkerProtocol

@testable import Runner

/// A real worker process that streams recorded outputs in pieces.
@Suite("Streamed outputs") struct StreamedOutputTests {
  // Some 1,500 requests: a busy machine may take minutes. One that is not answered fails by the worker's own limit.
  @Test("Every split of every output into two pieces is judged like the whole")
  func everySplit() async throws {
    let splits = RecordedOutputs.all.flatMap { output, failures in
      RecordedOutputs.cuts(of: output).map { (output: RecordedOutputs.cut(output, after: [$0]), failures: failures) }
    }
    let cell = try #require(try ScriptedLoop.envelope(rounds: 1).toolLoops.first)
    let judge = CallJudge(parser: .jsonTools, tools: cell.trace.tools.tools)
    let worker = try await scriptedWorker(playing: splits.map(\.output))
    for (output, failures) in splits {
      let reply = try await worker.generate(GenerateOptions(prompt: [1], maximumTokens: 16, streamsText: true))
      #expect(reply.pieces.count == 2)
      let judgement = try TurnTimes.judgement(reply, judge, cell.trace.rounds[0].calls)
      #expect(judgement.failures == failures.map(\.rawValue), "\(output.serialized())")
      let text = output["text"]?.string ?? ""
      #expect(judgement.text == String(repeating: text, count: output["repeat"]?.integer ?? 1))
    }
    await worker.close()
  }

  @Test("A loop whose every output comes byte by byte is recorded as if it had come whole") func byteByByte()
    async throws
  {
    let whole = try await ScriptedLoop().samples(outputs: RecordedOutputs.all.map(\.output))
    let pieces = try await ScriptedLoop().samples(
      outputs: RecordedOutputs.all.map { RecordedOutputs.cut($0.output, after: RecordedOutputs.cuts(of: $0.output)) })
    #expect(pieces.map { $0.turn?.judgement } == whole.map { $0.turn?.judgement })
    #expect(pieces.allSatisfy { $0.turn?.judgement != nil })
  }

  @Test("A stream of invalid UTF-8, cut within a character, is replaced where it stands") func invalidBytes()
    async throws
  {
    let samples = try await ScriptedLoop().samples(
      outputs: [RecordedOutputs.cut(["text_bytes": [0x68, 0xFF, 0xE2, 0x98]], after: [1, 3])], rounds: 1)
    #expect(samples.first?.turn?.judgement?.text == "h\u{FFFD}\u{FFFD}")
  }

  private func scriptedWorker(playing outputs: [JSONValue]) async throws -> ModelWorker {
    let folder = try TemporaryFolder()
    let script: JSONValue = ["weights": "00", "outputs": .array(outputs)]
    let file = try folder.write(script.serialized(), to: "model/script.json")
    return try await ModelWorker(
      WorkerCommand(executable: ScriptedLoop.executable, arguments: []), folder: file.deletingLastPathComponent(),
      threads: nil, contextLength: nil)
  }
}
