import Envelopes
import Measurements

/// One item that both sides answered.
struct PairedItem {
  let resident: AnswerReading
  let candidate: AnswerReading
}

/// The answers to a task's items, paired by item, in the envelope's order.
struct ItemAnswers {
  private(set) var pairs: [PairedItem] = []
  /// Ids of the items that one side answered alone, or nobody.
  private(set) var residentOnly: [String] = []
  private(set) var candidateOnly: [String] = []
  private(set) var neither: [String] = []

  var isComplete: Bool { residentOnly.isEmpty && candidateOnly.isEmpty && neither.isEmpty }

  init(_ task: AccuracyTask, _ evidence: Evidence) {
    let resident = Self.answers(task.id, evidence.residentSamples)
    let candidate = Self.answers(task.id, evidence.candidateSamples)
    for item in task.items {
      switch (resident[item.id], candidate[item.id]) {
      case (let resident?, let candidate?): pairs.append(PairedItem(resident: resident, candidate: candidate))
      case (_?, nil): residentOnly.append(item.id)
      case (nil, _?): candidateOnly.append(item.id)
      case (nil, nil): neither.append(item.id)
      }
    }
  }

  private static func answers(_ task: CellID, _ samples: [Sample]) -> [String: AnswerReading] {
    samples.reduce(into: [:]) { answers, sample in
      guard sample.place.cell == task, let item = sample.place.item, let answer = sample.answer else { return }
      answers[item] = answer
    }
  }
}
