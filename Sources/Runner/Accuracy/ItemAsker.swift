import Envelopes
import Foundation
import Measurements
import WorkerProtocol

/// Asks one model the items of one task.
struct ItemAsker: Sendable {
  let task: AccuracyTask
  let sampling: Sampling
  let references: References
  let index: DocumentIndex

  func ask(_ item: AccuracyTask.Item, _ worker: ModelWorker) async throws(WorkerFailure) -> Sample.Outcome {
    switch task.kind {
    case .multipleChoice, .cloze, .routing, .retrieval, .similarity:
      return try await answers(to: [item], worker)[0].outcome
    case .perplexity:
      let tokens = try await text(item, worker)
      return .text(
        .logProbabilities(try await worker.logProbabilities(of: Array(tokens.dropFirst()), after: [tokens[0]])))
    case .divergence:
      let tokens = try await text(item, worker)
      let reference = try await references.file(for: task.reference, tokens: tokens)
      return .text(
        .divergences(
          try await worker.divergences(of: tokens, from: reference.file), reference: reference.weights))
    case .exactMatch, .number, .instructions:
      let reply = try await worker.generate(
        GenerateOptions(
          prompt: try await tokens(of: item.prompt, worker), maximumTokens: task.maximumTokens, stopsAtEnd: true,
          reusesPrefix: false, temperature: sampling.temperature, topP: sampling.topP, seed: sampling.seed))
      return .answer(
        AnswerJudge.judge(
          item, of: task.kind, text: try reply.value("text", \.string),
          completionTokens: try reply.value("tokens", \.tokens).count))
    }
  }

  private func text(_ item: AccuracyTask.Item, _ worker: ModelWorker) async throws(WorkerFailure) -> [Int32] {
    let tokens = try await worker.tokens(of: item.prompt)
    guard tokens.count >= 2 else { throw .badRequest("the text \(item.id) has fewer than two tokens for this model") }
    return tokens
  }

  /// Asks items of multiple choice or cloze at once, or those of a task of vectors.
  ///
  /// - Returns: In the order of the items what each yields, and the tokens of its prompt and options.
  func answers(
    to items: [AccuracyTask.Item], _ worker: ModelWorker
  ) async throws(WorkerFailure) -> [(outcome: Sample.Outcome, tokens: Int)] {
    if let routing = task.routing { return try await routes(routing, items, worker) }
    if let retrieval = task.retrieval { return try await rankings(retrieval, items, worker) }
    if task.kind == .similarity { return try await similarities(of: items, worker) }
    var questions: [ScoreItem] = []
    for item in items { questions.append(try await question(item, worker)) }
    let values = try await worker.logProbabilities(of: questions)
    return items.indices.map { index in
      let scores = values[index].map { $0.reduce(0, +) / Double($0.count) }
      return (
        outcome: Sample.Outcome.answer(AnswerJudge.judge(items[index], scores: scores)),
        tokens: questions[index].continuations.reduce(questions[index].prompt.count) { $0 + $1.count }
      )
    }
  }

  private func question(_ item: AccuracyTask.Item, _ worker: ModelWorker) async throws(WorkerFailure) -> ScoreItem {
    // After a chat template the answer starts a turn; after plain text it starts a word.
    var (prompt, lead, tail) = (item.prompt, task.usesChatTemplate ? "" : " ", "")
    if task.kind == .cloze {
      let parts = item.prompt.components(separatedBy: "___")
      // A space before the gap belongs to the word in it: tokenizers join the two.
      lead = parts[0].hasSuffix(" ") ? " " : ""
      prompt = String(parts[0].dropLast(lead.count))
      tail = parts.dropFirst().joined(separator: "___")
    }
    var question = ScoreItem(prompt: try await tokens(of: prompt, worker), continuations: [])
    for option in item.options {
      question.continuations.append(try await worker.tokens(of: lead + option + tail))
    }
    return question
  }

  private func tokens(of prompt: String, _ worker: ModelWorker) async throws(WorkerFailure) -> [Int32] {
    task.usesChatTemplate
      ? try await worker.tokens(ofUserMessage: prompt) : try await worker.tokens(of: prompt)
  }
}
