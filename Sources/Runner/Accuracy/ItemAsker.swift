import Envelopes
import Foundation
import Measurements
import WorkerProtocol

/// Asks one model the items of one task.
struct ItemAsker: Sendable {
  let task: AccuracyTask
  let sampling: Sampling
  let references: References

  func ask(_ item: AccuracyTask.Item, _ worker: ModelWorker) async throws(WorkerFailure) -> Sample.Outcome {
    switch task.kind {
    case .multipleChoice:
      // After a chat template the answer starts a turn; after plain text it starts a word.
      return try await choose(item, prompt: item.prompt, lead: task.usesChatTemplate ? "" : " ", tail: "", worker)
    case .cloze:
      let parts = item.prompt.components(separatedBy: "___")
      let head = parts[0]
      // A space before the gap belongs to the word in it: tokenizers join the two.
      let lead = head.hasSuffix(" ") ? " " : ""
      return try await choose(
        item, prompt: String(head.dropLast(lead.count)), lead: lead, tail: parts.dropFirst().joined(separator: "___"),
        worker)
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

  private func choose(
    _ item: AccuracyTask.Item, prompt: String, lead: String, tail: String, _ worker: ModelWorker
  ) async throws(WorkerFailure) -> Sample.Outcome {
    let promptTokens = try await tokens(of: prompt, worker)
    var scores: [Double] = []
    for option in item.options {
      let continuation = try await worker.tokens(of: lead + option + tail)
      scores.append(try await worker.meanLogProbability(of: continuation, after: promptTokens))
    }
    return .answer(AnswerJudge.judge(item, scores: scores))
  }

  private func tokens(of prompt: String, _ worker: ModelWorker) async throws(WorkerFailure) -> [Int32] {
    task.usesChatTemplate
      ? try await worker.tokens(ofUserMessage: prompt) : try await worker.tokens(of: prompt)
  }
}
