import Envelopes
import Measurements

/// An item to which the two models gave different answers.
public struct ChangedAnswer: Sendable, Equatable {
  /// What one of them said.
  public struct Answer: Sendable, Equatable {
    /// The chosen option or the generated text; empty for none.
    public let text: String
    public let isCorrect: Bool
  }

  public let task: CellID
  /// The item's id within its task.
  public let item: String
  public let prompt: String
  /// The right option, the accepted answers, or the ids of the relevant documents; empty where computation decides.
  public let expected: String
  public let resident: Answer
  public let candidate: Answer
}

extension Judge {
  /// The answers that differ between the two models, in the envelope's order, but for those of ``wrongRoutes``.
  public var changedAnswers: [ChangedAnswer] {
    envelope.accuracy.filter { $0.routing == nil }.flatMap { task in
      let items = Dictionary(task.items.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      return (comparison.items[task.id]?.pairs ?? []).compactMap { pair -> ChangedAnswer? in
        guard let id = pair.resident.place.item, let item = items[id], let resident = pair.resident.answer,
          let candidate = pair.candidate.answer, resident.answer != candidate.answer
        else { return nil }
        return ChangedAnswer(
          task: task.id, item: id, prompt: item.prompt, expected: item.expected(by: task.kind),
          resident: item.answer(resident, by: task.kind), candidate: item.answer(candidate, by: task.kind))
      }
    }
  }
}

extension AccuracyTask.Item {
  fileprivate func expected(by kind: AccuracyTask.Kind) -> String {
    if kind.isGenerated || kind == .retrieval { return options.joined(separator: " or ") }
    return options.indices.contains(answer) ? options[answer] : ""
  }

  /// An answer in words: of options, a reading has only the index.
  fileprivate func answer(_ reading: AnswerReading, by kind: AccuracyTask.Kind) -> ChangedAnswer.Answer {
    let option =
      kind.isGenerated || kind == .retrieval
      ? nil : Int(reading.answer).flatMap { options.indices.contains($0) ? options[$0] : nil }
    return ChangedAnswer.Answer(text: option ?? reading.answer, isCorrect: reading.isCorrect)
  }
}
