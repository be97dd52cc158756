import ArgumentParser
import Envelopes
import Foundation
import JSON
import Measurements
import NativeEngine

struct RouteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "route", abstract: "Show to which skill a text is routed by a model, and why.",
    discussion: """
      Prints the nearest skills of a routing task with their similarities, the threshold and what the router would do. A \
      threshold that the envelope calibrates is the one that has most of the task's requests right with this model. With \
      --wrong and no text it lists the task's requests that the model gets wrong, each with its threshold from the folds that \
      it is not in.

      Example: resident route "will it rain tomorrow" --envelope envelopes/router.json --model all-minilm-l6-v2
      """)

  @Argument(help: "The request.")
  var text: String?

  @Option(help: "The envelope with the routing task.", completion: .file(extensions: ["json"]))
  var envelope: String

  @Option(help: ArgumentHelp("The model's id in the library, or its folder.", valueName: "id"))
  var model: String

  @OptionGroup var library: LibraryOption

  @Option(help: "The id of the task. Default: the first that routes.")
  var task: String?

  @Option(help: "How many skills to show.")
  var top = 5

  @Flag(help: "List the requests of the task that are routed wrongly.")
  var wrong = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard (text == nil) == wrong else { throw ValidationError("Give a text, or --wrong.") }
    guard top > 0 else { throw ValidationError("--top must be positive.") }
  }

  func run() throws {
    let envelope = try Envelope(contentsOf: URL(fileURLWithPath: envelope))
    guard
      let task = envelope.accuracy.first(where: { $0.routing != nil && (task == nil || $0.id.rawValue == task) }),
      let routing = task.routing
    else {
      let known = envelope.accuracy.filter { $0.routing != nil }.map(\.id.rawValue)
      throw ValidationError(
        "\(self.envelope) has no such routing task; "
          + (known.isEmpty ? "it has none." : "it has \(known.joined(separator: ", ")).")
      )
    }
    let router = try LoadedRouter(routing, EmbeddingModel(contentsOf: library.model(named: model).folder))
    guard let text else { return try printWrong(router, task) }
    let threshold: Double =
      switch routing.threshold {
      case .fixed(let value): value
      case .calibrated:
        routing.calibratedThreshold(try router.scores(of: task.items.map(\.prompt)), answers: task.rightSkills)
      }
    let decision = routing.decide(try router.scores(of: [text])[0], threshold: threshold)
    json ? Terminal.write(result: output(decision, routing)) : Terminal.write(table(decision, routing, task))
  }

  private func table(_ decision: RoutingDecision, _ routing: RoutingTask, _ task: AccuracyTask) -> String {
    let answer = decision.skill.map { "routes it to \(routing.skills[$0].id)" } ?? "routes it to no skill"
    let best = decision.ranking[0]
    let lead = decision.ranking.count > 1 ? decision.scores[best] - decision.scores[decision.ranking[1]] : 0
    let reason =
      if decision.skill != nil {
        ""
      } else if decision.scores[best] < decision.threshold {
        ": \(routing.skills[best].id) is the nearest, and below the threshold"
      } else {
        String(format: ": the lead of %.4f is below the margin of %.4f", lead, routing.margin)
      }
    let source = if case .calibrated = routing.threshold { ", calibrated on \(task.items.count) requests" } else { "" }
    var lines = ["\(answer)\(reason)", ""]
    let width = routing.skills.map(\.id.count).max() ?? 0
    for (place, skill) in decision.ranking.prefix(top).enumerated() {
      let id = routing.skills[skill].id.padding(toLength: width, withPad: " ", startingAt: 0)
      lines.append(
        "\(place + 1)  \(id)  \(String(format: "%7.4f", decision.scores[skill]))  \(routing.skills[skill].name)")
    }
    lines.append("")
    lines.append(
      String(
        format: "threshold %.4f%@, margin %.4f, by %@", decision.threshold, source, routing.margin,
        routing.basis.rawValue))
    return lines.joined(separator: "\n") + "\n"
  }

  private func output(_ decision: RoutingDecision, _ routing: RoutingTask) -> JSONValue {
    [
      "skill": decision.skill.map { .string(routing.skills[$0].id) } ?? .null,
      "threshold": .number(decision.threshold), "margin": .number(routing.margin),
      "ranking": .array(
        decision.ranking.prefix(top).map {
          ["skill": .string(routing.skills[$0].id), "score": .number(decision.scores[$0])]
        }),
    ]
  }

  private func printWrong(_ router: LoadedRouter, _ task: AccuracyTask) throws {
    let routing = router.routing
    let decisions = routing.decisions(try router.scores(of: task.items.map(\.prompt)), answers: task.rightSkills)
    let wrong = zip(zip(task.items, task.rightSkills), decisions).filter { $0.0.1 != $0.1.skill }
    func name(_ skill: Int?) -> String { skill.map { routing.skills[$0].id } ?? RoutingTask.none }
    guard !json else {
      return Terminal.write(
        result: [
          "requests": .integer(task.items.count),
          "wrong": .array(
            wrong.map { pair, decision in
              [
                "item": .string(pair.0.id), "request": .string(pair.0.prompt), "right": .string(name(pair.1)),
                "answer": .string(name(decision.skill)), "threshold": .number(decision.threshold),
                "ranking": .array(
                  decision.ranking.prefix(top).map {
                    ["skill": .string(routing.skills[$0].id), "score": .number(decision.scores[$0])]
                  }),
              ]
            }),
        ])
    }
    var lines = ["\(wrong.count) of \(task.items.count) requests are routed wrongly", ""]
    for (pair, decision) in wrong {
      let near = decision.ranking.prefix(2).map {
        "\(routing.skills[$0].id) \(String(format: "%.3f", decision.scores[$0]))"
      }
      lines.append("\(pair.0.prompt)")
      lines.append(
        "  \(name(decision.skill)) instead of \(name(pair.1)); nearest \(near.joined(separator: ", ")); threshold "
          + String(format: "%.3f", decision.threshold))
    }
    Terminal.write(lines.joined(separator: "\n") + "\n")
  }
}

/// A model that has read the skills of a task.
private struct LoadedRouter {
  let routing: RoutingTask
  private let model: EmbeddingModel
  private let skillVectors: [[[Float]]]

  init(_ routing: RoutingTask, _ model: EmbeddingModel) throws {
    (self.routing, self.model) = (routing, model)
    let prompt = ["document", "passage", "corpus"].first { model.recipe.prompts[$0] != nil }
    skillVectors = try routing.skillTexts.map { try model.embed($0, prompt: prompt).map(\.vector) }
  }

  func scores(of requests: [String]) throws -> [[Double]] {
    let prompt = model.recipe.prompts["query"] == nil ? nil : "query"
    return try model.embed(requests, prompt: prompt).map {
      routing.scores(of: $0.vector, skillVectors: skillVectors)
    }
  }
}
