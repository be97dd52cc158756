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
    let indexed = try await worker.embed(texts.flatMap(\.self), as: .indexed)
    if let cut = Self.cutSkill(indexed.cutTokens, texts, routing) {
      return items.map { _ in (cut, 1) }
    }
    let flat = indexed.vectors
    var skillVectors: [[[Float]]] = []
    for part in texts {
      let first = skillVectors.reduce(0) { $0 + $1.count }
      skillVectors.append(Array(flat[first..<first + part.count]))
    }
    let requests = try await worker.embedInParts(task.items.map(\.prompt), as: .request)
    let scores = requests.vectors.map { routing.scores(of: $0, skillVectors: skillVectors) }
    let places = Dictionary(uniqueKeysWithValues: task.items.enumerated().map { ($1.id, $0) })
    let decisions = routing.decisions(scores, answers: task.rightSkills)
    return items.compactMap { item in
      places[item.id].map { place in
        (
          outcome: requests.cutTokens[place] == 0
            ? .answer(AnswerJudge.judge(item, decisions[place], routing))
            : .truncated("the request", by: requests.cutTokens[place]), tokens: requests.tokens[place]
        )
      }
    }
  }

  /// Why the skills cannot be told apart as they are written: the model reads one of their texts in part.
  private static func cutSkill(_ cutTokens: [Int], _ texts: [[String]], _ routing: RoutingTask) -> Sample.Outcome? {
    let skills = zip(routing.skills, texts).flatMap { skill, texts in texts.map { _ in skill.id } }
    return zip(skills, cutTokens).first { $0.1 > 0 }.map { .truncated("a text of the skill \($0)", by: $1) }
  }
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
