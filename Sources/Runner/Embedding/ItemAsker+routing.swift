import Envelopes
import Measurements
import WorkerProtocol

extension ItemAsker {
  /// Routes requests of a task. Thresholds that are calibrated need all of its requests, whichever are asked for.
  ///
  /// - Returns: In the order of the items what each yields, and its tokens.
  func routes(
    _ routing: RoutingTask, _ items: [AccuracyTask.Item], _ worker: ModelWorker
  ) async throws(WorkerFailure) -> [(outcome: Sample.Outcome, tokens: Int)] {
    let texts = routing.skillTexts
    let flat = try await worker.embed(texts.flatMap(\.self), as: .skill).vectors
    var skillVectors: [[[Float]]] = []
    for part in texts {
      let first = skillVectors.reduce(0) { $0 + $1.count }
      skillVectors.append(Array(flat[first..<first + part.count]))
    }
    var scores: [[Double]] = []
    var tokens: [Int] = []
    for first in stride(from: 0, to: task.items.count, by: Self.requestsAtOnce) {
      let part = task.items[first..<min(first + Self.requestsAtOnce, task.items.count)]
      let reply = try await worker.embed(part.map(\.prompt), as: .request)
      scores += reply.vectors.map { routing.scores(of: $0, skillVectors: skillVectors) }
      tokens += reply.tokens
    }
    let places = Dictionary(uniqueKeysWithValues: task.items.enumerated().map { ($1.id, $0) })
    let decisions = routing.decisions(scores, answers: task.rightSkills)
    return items.compactMap { item in
      places[item.id].map { (.answer(AnswerJudge.judge(item, decisions[$0], routing)), tokens[$0]) }
    }
  }

  /// Enough to fill the engine's panels, few enough for a line of the protocol.
  private static var requestsAtOnce: Int { 64 }
}

extension AnswerJudge {
  /// The skill that a request was routed to, by its id.
  ///
  /// The scores are the similarities to all skills, and the threshold after them.
  static func judge(_ item: AccuracyTask.Item, _ decision: RoutingDecision, _ routing: RoutingTask) -> AnswerReading {
    let answer = decision.skill.map { routing.skills[$0].id } ?? RoutingTask.none
    return AnswerReading(
      answer: answer, isCorrect: item.options.contains(answer), optionScores: decision.scores + [decision.threshold],
      completionTokens: 0)
  }
}
