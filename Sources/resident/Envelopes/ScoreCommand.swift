import ArgumentParser
import Envelopes
import Foundation
import JSON
import Platform
import Runner
import ToolCalls

struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "Score recorded outputs against the traces and tasks of an envelope.",
    discussion: """
      Example: resident envelope score envelopes/nightly.json --outputs outputs.jsonl

      Each line of the file of outputs is a JSON object with `text` and either `trace` and, unless it is 1, `round`, or \
      `task` and `item`. For each, one line of JSON is printed: with `trace`, `round`, `valid`, `failures` and `detail`, \
      or with `task`, `item`, `answer` and `correct`.
      """)

  @OptionGroup var file: EnvelopeCommand.File

  @Option(help: ArgumentHelp("The outputs, one JSON object per line.", valueName: "file"))
  var outputs: String

  @Option(help: ArgumentHelp("How tool calls are parsed.", valueName: "name"))
  var parser: CallParser = .jsonTools

  @OptionGroup var output: JSONOption

  func run() throws {
    let envelope = try file.read()
    let judge = OutputJudge(envelope, parser)
    let lines = try RegularFile.read(outputs).split(separator: 0x0A)
    var results: [JSONValue] = []
    for (index, line) in lines.enumerated() {
      guard let result = judge.judge(try JSONValue(parsing: line)) else {
        throw ValidationError(
          "\(outputs), line \(index + 1): no text, or no such trace and round, or task of generated texts and item.")
      }
      output.isChosen ? results.append(result) : Terminal.write(result, .compact)
    }
    if output.isChosen { Terminal.write(result: ["results": .array(results)]) }
  }
}

/// Finds the trace or item that an output belongs to, and judges it.
private struct OutputJudge {
  private let traces: [String: Trace]
  private let tasks: [String: (kind: AccuracyTask.Kind, items: [String: AccuracyTask.Item])]
  private let parser: CallParser

  init(_ envelope: Envelope, _ parser: CallParser) {
    traces = Dictionary(
      envelope.toolLoops.map { ($0.trace.id, $0.trace) }, uniquingKeysWith: { first, _ in first })
    tasks = Dictionary(
      envelope.accuracy.filter(\.kind.isGenerated).map { task in
        (
          task.id.rawValue,
          (task.kind, Dictionary(task.items.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }))
        )
      }, uniquingKeysWith: { first, _ in first })
    self.parser = parser
  }

  /// Nil if there is no text, or the envelope has no such trace and round, or task and item.
  func judge(_ output: JSONValue) -> JSONValue? {
    guard let text = output["text"]?.string else { return nil }
    if let name = output["task"]?.string {
      guard let task = tasks[name], let item = output["item"]?.string.flatMap({ task.items[$0] }) else { return nil }
      let reading = AnswerJudge.judge(item, of: task.kind, text: text, completionTokens: 0)
      return [
        "task": .string(name), "item": .string(item.id), "answer": .string(reading.answer),
        "correct": .bool(reading.isCorrect),
      ]
    }
    let round = output["round"]?.integer ?? 1
    guard let trace = output["trace"]?.string.flatMap({ traces[$0] }), trace.rounds.indices.contains(round - 1) else {
      return nil
    }
    let judgement = CallJudge(parser: parser, tools: trace.tools.tools)
      .judge(text, isCutOff: false, expected: trace.rounds[round - 1].calls)
    return [
      "trace": .string(trace.id), "round": .integer(round), "valid": .bool(judgement.isValid),
      "failures": .init(judgement.failures.map(\.rawValue)), "detail": .string(judgement.detail),
    ]
  }
}
