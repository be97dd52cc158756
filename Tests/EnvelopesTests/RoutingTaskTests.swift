import Foundation
import JSON
import Measurements
import Testing

@testable import Envelopes

@Suite("Routing tasks")
struct RoutingTaskTests {
  private func task(
    by basis: String = "examples_nearest", threshold: JSONValue = 0.5, margin: JSONValue = 0,
    skills: JSONValue? = nil, items: JSONValue? = nil
  ) throws -> AccuracyTask {
    let json: JSONValue = [
      "id": "skills", "kind": "routing", "router": ["by": .string(basis), "threshold": threshold, "margin": margin],
      "skills": skills ?? [
        ["id": "a", "name": "A", "description": "first", "examples": ["one", "uno"]],
        ["id": "b", "name": "B", "description": "second", "examples": ["two"]],
      ],
      "items": items ?? [
        ["id": "1", "prompt": "p", "skill": "a"], ["id": "2", "prompt": "q", "skill": "b"],
        ["id": "3", "prompt": "r", "skill": .null],
      ],
    ]
    let problems = ProblemList()
    let fields = FieldReader(
      json.object ?? JSONObject(), path: "", cells: DeclaredCells(.null), schema: .rounds, problems: problems)
    let task = AccuracyTask(fields)
    fields.reportUnknownKeys()
    guard let task, problems.all.isEmpty else { throw EnvelopeError.invalid(file: "f", problems: problems.all) }
    return task
  }

  @Test("A task has its skills, its router and the right skill of each request")
  func reading() throws {
    let task = try task(by: "descriptions", threshold: "calibrated", margin: 0.01)
    let routing = try #require(task.routing)
    #expect(routing.basis == .descriptions && routing.threshold == .calibrated(folds: 5) && routing.margin == 0.01)
    #expect(routing.skillTexts == [["A: first"], ["B: second"]] && task.rightSkills == [0, 1, nil])
    #expect(try self.task().routing?.skillTexts == [["one", "uno"], ["two"]])
  }

  @Test("What cannot be routed is refused where it stands")
  func refused() {
    func problems(_ make: () throws -> AccuracyTask) -> String {
      do {
        _ = try make()
        return "none"
      } catch { return "\(error)" }
    }
    #expect(problems { try task(by: "luck") }.contains("router.by"))
    #expect(problems { try task(threshold: 2) }.contains("router.threshold"))
    #expect(problems { try task(threshold: "guessed") }.contains("router.threshold"))
    #expect(problems { try task(margin: -1) }.contains("router.margin"))
    #expect(problems { try task(items: [["id": "1", "prompt": "p", "skill": "c"]]) }.contains("skill"))
    #expect(problems { try task(items: [["id": "1", "prompt": "p"]]) }.contains("skill"))
    let none: JSONValue = [
      ["id": "none", "name": "A", "description": "x", "examples": ["y"]],
      ["id": "b", "name": "B", "description": "x", "examples": ["y"]],
    ]
    #expect(problems { try task(skills: none) }.contains("stands for no skill"))
    let bare: JSONValue = [
      ["id": "a", "name": "A", "description": "x"], ["id": "b", "name": "B", "description": "x"],
    ]
    #expect(
      problems { try task(skills: bare, items: [["id": "1", "prompt": "p", "skill": "a"]]) }.contains("examples"))
  }

  @Test("A request is compared with the nearest example, or with the mean of all of length 1")
  func scores() throws {
    let vectors: [[[Float]]] = [[[2, 0], [0, 1]], [[0, 3]]]
    let nearest = try #require(try task().routing).scores(of: [0, 5], skillVectors: vectors)
    #expect(nearest.map { ($0 * 1000).rounded() } == [1000, 1000])
    let mean = try #require(try task(by: "examples_mean").routing).scores(of: [0, 5], skillVectors: vectors)
    #expect(mean.map { ($0 * 1000).rounded() } == [707, 1000])
  }

  @Test("Threshold and margin decide, and of equal skills the first is the nearest")
  func decisions() throws {
    let routing = try #require(try task(margin: 0.1).routing)
    #expect(routing.decide([0.9, 0.2], threshold: 0.5).skill == 0)
    #expect(routing.decide([0.4, 0.2], threshold: 0.5).skill == nil)
    #expect(routing.decide([0.85, 0.9], threshold: 0.5).skill == nil)
    let tied = try #require(try task().routing).decide([0.7, 0.7], threshold: 0.7)
    #expect(tied.skill == 0 && tied.ranking == [0, 1])
  }

  @Test("Where the threshold is calibrated, a win cannot rest on what moves with it")
  func primaries() {
    let cells = DeclaredCells([
      "accuracy": [
        ["id": "fitted", "kind": "routing", "router": ["threshold": "calibrated"]],
        ["id": "fixed", "kind": "routing", "router": ["threshold": 0.5]],
      ]
    ])
    for metric in [Metric.accuracy, .noneAccuracy] {
      #expect(cells.objection(toWinBy: metric, in: "fitted")?.contains("calibrated threshold") == true)
      #expect(cells.objection(toWinBy: metric, in: "fixed") == nil)
    }
    #expect(cells.objection(toWinBy: .topThreeAccuracy, in: "fitted") == nil)
  }

  @Test("A calibrated threshold separates what belongs to none, and no request is judged by a threshold that saw it")
  func calibration() throws {
    let routing = try #require(try task(threshold: "calibrated").routing)
    let scores = [[0.9, 0.1], [0.1, 0.8], [0.3, 0.2], [0.2, 0.4], [0.7, 0.1]]
    let answers: [Int?] = [0, 1, nil, nil, 0]
    #expect(abs(routing.calibratedThreshold(scores, answers: answers) - 0.55) < 1e-12)
    // All belong to a skill, or none does.
    #expect(routing.calibratedThreshold([[0.9, 0], [0.8, 0]], answers: [0, 0]) < 0)
    #expect(routing.calibratedThreshold([[0.9, 0], [0.8, 0]], answers: [nil, nil]) > 0.9)
    // Without the request itself the limit is another one: 0.3 … 0.7 instead of 0.4 … 0.7.
    let decisions = routing.decisions(scores, answers: answers)
    #expect(abs(decisions[3].threshold - 0.5) < 1e-12 && abs(decisions[0].threshold - 0.55) < 1e-12)
    #expect(decisions.map(\.skill) == [0, 1, nil, nil, 0])
  }

  @Test("Equal scores stand on one side of the threshold")
  func ties() throws {
    let routing = try #require(try task(threshold: "calibrated").routing)
    let threshold = routing.calibratedThreshold([[0.5, 0], [0.5, 0], [0.9, 0]], answers: [nil, 0, 0])
    #expect(threshold < 0.5 || (threshold > 0.5 && threshold < 0.9))
  }

  @Test("The shipped router has the skills and requests that it promises, each request once and one per line")
  func shipped() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "envelopes/router.json")
    let envelope = try Envelope(contentsOf: file)
    let task = try #require(envelope.accuracy.first)
    let routing = try #require(task.routing)
    #expect(routing.skills.count == 41 && task.items.count == 670)
    var counts = Dictionary(grouping: task.items) { $0.options[0] }.mapValues(\.count)
    #expect(counts.removeValue(forKey: RoutingTask.none) == 96)
    #expect(routing.skills.allSatisfy { counts[$0.id] == 14 && $0.examples.count == 3 })
    let texts = (task.items.map(\.prompt) + routing.skillTexts.flatMap(\.self)).map { $0.lowercased() }
    #expect(Set(texts).count == texts.count)
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    #expect(lines.count { $0.contains("\"prompt\":") } == task.items.count)
    #expect(envelope.embedding.first { $0.id == "index" }?.batch == routing.skillTexts.flatMap(\.self).count)
    #expect(envelope.promotion.objectives.first?.metric == .embedLatencyP50)
    // The order of turns takes every request sooner or later, and goes round.
    let cell = try #require(envelope.embedding.first)
    #expect(cell.texts(ofTurn: 1, round: 0) == [task.items[0].prompt])
    #expect(cell.texts(ofTurn: 2, round: 27) == [task.items[649].prompt])
    #expect(cell.texts(ofTurn: 24, round: 27) == [task.items[1].prompt])
  }
}
