import ArgumentParser
import Envelopes
import Foundation
import JSON
import ToolCalls

struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "Judge recorded outputs by the traces of an envelope.",
    discussion: """
      Each line of the file of outputs is a JSON object with `trace`, `text` and, unless it is 1, `round`. Each gives a \
      line of JSON with `trace`, `round`, `valid`, `failures` and `detail`.
      """)

  @OptionGroup var file: EnvelopeCommand.File

  @Option(help: ArgumentHelp("The outputs, one JSON object a line.", valueName: "file"))
  var outputs: String

  @Option(help: ArgumentHelp("How calls are read.", valueName: "name"))
  var parser: CallParser = .jsonTools

  func run() throws {
    let traces = Dictionary(
      try file.read().toolLoops.map { ($0.trace.id, $0.trace) }, uniquingKeysWith: { first, _ in first })
    let lines = try Data(contentsOf: URL(fileURLWithPath: outputs)).split(separator: 0x0A)
    for (index, line) in lines.enumerated() {
      let output = try JSONValue(parsing: line)
      let round = output["round"]?.integer ?? 1
      guard let trace = output["trace"]?.string.flatMap({ traces[$0] }), let text = output["text"]?.string,
        trace.rounds.indices.contains(round - 1)
      else { throw ValidationError("\(outputs), line \(index + 1): no text, or no such trace and round.") }
      let judgement = CallJudge(parser: parser, tools: trace.tools.tools)
        .judge(text, isCutOff: false, expected: trace.rounds[round - 1].calls)
      let result: JSONValue = [
        "trace": .string(trace.id), "round": .integer(round), "valid": .bool(judgement.isValid),
        "failures": .array(judgement.failures.map { .string($0.rawValue) }), "detail": .string(judgement.detail),
      ]
      Terminal.write(result.serialized() + "\n")
    }
  }
}
