import Envelopes
import Measurements
import WorkerProtocol

extension ItemAsker {
  /// Ranks the documents of a task for queries.
  ///
  /// - Returns: In the order of the items what each yields, and its tokens.
  func rankings(
    _ retrieval: RetrievalTask, _ items: [AccuracyTask.Item], _ worker: ModelWorker
  ) async throws(WorkerFailure) -> [(outcome: Sample.Outcome, tokens: Int)] {
    let documents = try await index.documents(of: task, worker)
    if !retrieval.allowsTruncation, let cut = zip(retrieval.documents, documents.cutTokens).first(where: { $0.1 > 0 }) {
      return items.map { _ in (.truncated("the document \(cut.0.id)", by: cut.1), 1) }
    }
    let places = Dictionary(
      retrieval.documents.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    let queries = try await worker.embedInParts(items.map(\.prompt), as: .request)
    return items.indices.map { index in
      let (item, cutTokens) = (items[index], queries.cutTokens[index])
      guard cutTokens == 0 || retrieval.allowsTruncation else {
        return (.truncated("the query", by: cutTokens), queries.tokens[index])
      }
      let query = UnitVector(queries.vectors[index])
      let ranking = retrieval.ranking(
        documents.vectors.map(query.cosine), relevant: item.options.compactMap { places[$0] }, grades: item.grades)
      let reading = AnswerReading(
        answer: retrieval.documents[ranking.first].id, isCorrect: ranking.ranks.contains(1),
        optionScores: ranking.ranks.map(Double.init), completionTokens: 0)
      return (.answer(reading), queries.tokens[index])
    }
  }

  /// The similarity of each pair's two texts.
  ///
  /// - Returns: In the order of the items what each yields, and its tokens.
  func similarities(
    of items: [AccuracyTask.Item], _ worker: ModelWorker
  ) async throws(WorkerFailure) -> [(outcome: Sample.Outcome, tokens: Int)] {
    let made = try await worker.embedInParts(items.flatMap { [$0.prompt] + $0.options }, as: .pair)
    return items.indices.map { index in
      let (first, second) = (2 * index, 2 * index + 1)
      let tokens = made.tokens[first] + made.tokens[second]
      let cutTokens = max(made.cutTokens[first], made.cutTokens[second])
      guard cutTokens == 0 else { return (.truncated("a text of the pair", by: cutTokens), tokens) }
      return (.similarity(UnitVector(made.vectors[first]).cosine(UnitVector(made.vectors[second]))), tokens)
    }
  }
}

extension Sample.Outcome {
  /// What a text yields of which the model reads only a part: nothing that could be scored.
  static func truncated(_ text: String, by tokens: Int) -> Sample.Outcome {
    .unscored(
      .unsupported,
      message: "the input is truncated: \(tokens) tokens at the end of \(text) are more than the model reads")
  }
}

/// The vectors of retrieval tasks' documents, made once for all queries of a worker.
actor DocumentIndex {
  struct Documents: Sendable {
    let vectors: [UnitVector]
    /// Tokens at the end of each that the model did not read.
    let cutTokens: [Int]
  }

  private var made: [CellID: Documents] = [:]

  /// - Throws: `WorkerFailure` if the worker makes no vectors of them.
  func documents(of task: AccuracyTask, _ worker: ModelWorker) async throws(WorkerFailure) -> Documents {
    if let known = made[task.id] { return known }
    let reply = try await worker.embedInParts(task.indexedTexts, as: .indexed)
    let documents = Documents(vectors: reply.vectors.map(UnitVector.init), cutTokens: reply.cutTokens)
    made[task.id] = documents
    return documents
  }
}

extension ModelWorker {
  /// As `embed`, of many texts: in requests that fill the engine's panels and are short enough for a line of the protocol.
  func embedInParts(_ texts: [String], as purpose: EmbeddingPurpose) async throws(WorkerFailure) -> EmbedReply {
    var whole = EmbedReply(vectors: [], tokens: [], cutTokens: [], nanoseconds: 0)
    for first in stride(from: 0, to: texts.count, by: Self.textsAtOnce) {
      let part = try await embed(Array(texts[first..<min(first + Self.textsAtOnce, texts.count)]), as: purpose)
      whole.vectors += part.vectors
      whole.tokens += part.tokens
      whole.cutTokens += part.cutTokens
      whole.nanoseconds += part.nanoseconds
    }
    return whole
  }

  private static var textsAtOnce: Int { 64 }
}
