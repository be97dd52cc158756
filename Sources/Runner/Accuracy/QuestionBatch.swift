import Envelopes
import Measurements
import Platform
import WorkerProtocol

/// Items of one task that a side answers before it is the other's turn.
struct QuestionBatch: Sendable, Equatable {
  let side: Side
  let items: [AccuracyTask.Item]

  /// The most items that are asked in one request: enough to fill the engine's panels, few enough for progress to show.
  static let itemLimit = 32

  /// The questions of a task in batches of as many items: the sides take turns, each with its batch of the same items.
  ///
  /// - Parameter sides: In the order in which they answer an item, by which a resumed session knows who has answered.
  static func batches(
    of questions: [(item: AccuracyTask.Item, side: Side)], sides: [Side], limit: Int
  ) -> [QuestionBatch] {
    var places: [String: Int] = [:]
    for question in questions where places[question.item.id] == nil { places[question.item.id] = places.count }
    let groups = Dictionary(grouping: questions) { places[$0.item.id, default: 0] / limit }
    return groups.sorted { $0.key < $1.key }.flatMap { _, group in
      sides.compactMap { side in
        let items = group.filter { $0.side == side }.map(\.item)
        return items.isEmpty ? nil : QuestionBatch(side: side, items: items)
      }
    }
  }
}

extension MeasurementRunner {
  /// Asks the items of a batch in one request; if that is not possible or fails, one by one, so that no item takes others
  /// with it.
  func ask(
    _ batch: QuestionBatch, of task: AccuracyTask, _ model: ModelUnderTest, _ recorder: inout Recorder
  ) async throws {
    try Task.checkCancellation()
    if batch.items.count > 1, let samples = await model.askTogether(batch.items, of: task) {
      try await checkFiles(of: model, recorder)
      for sample in samples { try recorder.record(sample, of: batch.side) }
      return
    }
    try await replaceWorker(of: model, &recorder)
    for item in batch.items { try await take(&recorder, model) { await model.ask(item, of: task) } }
  }
}

extension ModelUnderTest {
  /// Asks items of multiple choice or cloze in one request, or those of a task of vectors together.
  ///
  /// The time of a sample is its share of the request's by tokens, those of the prompt and of all options.
  ///
  /// - Returns: A sample of each item in their order, or nil if the request failed or the worker takes no batches.
  func askTogether(_ items: [AccuracyTask.Item], of task: AccuracyTask) async -> [Sample]? {
    guard let worker, task.kind.isOfVectors ? worker.loaded.embedding != nil : worker.loaded.takesBatches else {
      return nil
    }
    let startedAt = Machine.wallSeconds
    let start = Machine.monotonicNanoseconds
    let loadAverage = Machine.loadAverage
    do throws(WorkerFailure) {
      let answers = try await asker(of: task).answers(to: items, worker)
      let nanosecondsPerToken =
        Double(Machine.monotonicNanoseconds - start) / Double(answers.reduce(0) { $0 + $1.tokens })
      let peak = await worker.peakMemoryBytes
      return zip(items, answers).map { item, answer in
        Sample(
          place: Sample.Place(cell: task.id, block: 0, repetition: 0, item: item.id), startedAt: startedAt,
          elapsedNanoseconds: Int64(nanosecondsPerToken * Double(answer.tokens)), peakMemoryBytes: Int64(peak),
          loadAverage: loadAverage, outcome: answer.outcome)
      }
    } catch {
      // What it says is said again by the item that is at fault, when that is asked alone.
      _ = await end(worker, after: error)
      return nil
    }
  }
}

extension AccuracyTask.Kind {
  /// Whether an answer is the option with the highest score.
  var isChoice: Bool { self == .multipleChoice || self == .cloze }
}

extension [ModelUnderTest] {
  /// Whether every model's worker scores many items in one request.
  var takeBatches: Bool {
    get async {
      for model in self {
        guard await model.takesBatches else { return false }
      }
      return true
    }
  }
}
