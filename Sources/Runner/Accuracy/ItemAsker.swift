import Envelopes
import Foundation
import Measurements
import WorkerProtocol

/// Puts one item to one model.
struct ItemAsker: Sendable {
  let task: AccuracyTask
  let sampling: Sampling

  func ask(_ item: AccuracyTask.Item, _ worker: ModelWorker) async throws(WorkerFailure) -> AnswerReading {
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
    case .exactMatch:
      let reply = try await worker.generate(
        GenerateOptions(
          prompt: try await tokens(of: item.prompt, worker), maximumTokens: task.maximumTokens, stopsAtEnd: true,
          reusesPrefix: false, temperature: sampling.temperature, topP: sampling.topP, seed: sampling.seed))
      return AnswerJudge.judge(
        item, text: try reply.value("text", \.string), completionTokens: try reply.value("tokens", \.tokens).count)
    }
  }

  private func choose(
    _ item: AccuracyTask.Item, prompt: String, lead: String, tail: String, _ worker: ModelWorker
  ) async throws(WorkerFailure) -> AnswerReading {
    let promptTokens = try await tokens(of: prompt, worker)
    var scores: [Double] = []
    for option in item.options {
      let continuation = try await worker.tokens(of: lead + option + tail)
      scores.append(try await worker.meanLogProbability(of: continuation, after: promptTokens))
    }
    return AnswerJudge.judge(item, scores: scores)
  }

  private func tokens(of prompt: String, _ worker: ModelWorker) async throws(WorkerFailure) -> [Int32] {
    task.usesChatTemplate
      ? try await worker.tokens(ofUserMessage: prompt) : try await worker.tokens(of: prompt)
  }
}
