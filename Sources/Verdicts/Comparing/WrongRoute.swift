import Envelopes
import Measurements

/// A request of a routing task that at least one of the two models routed wrongly.
public struct WrongRoute: Sendable, Equatable {
  /// What one model made of it.
  public struct Route: Sendable, Equatable {
    /// The id of the skill that it was routed to, or `none`.
    public let answer: String
    public let isCorrect: Bool
    /// The nearest skill that it was not routed to; nil if there is none.
    public let runnerUp: Near?
    /// The similarity to the skill that it was routed to; nil for none.
    public let similarity: Double?
    /// Below it a request belongs to no skill.
    public let threshold: Double
  }

  /// A skill and how similar the request is to it.
  public struct Near: Sendable, Equatable {
    public let skill: String
    public let similarity: Double
  }

  public let task: CellID
  /// The item's id within its task.
  public let item: String
  public let request: String
  /// The id of the right skill, or `none`.
  public let right: String
  public let resident: Route
  public let candidate: Route
}

extension Judge {
  /// The requests that either model routed wrongly, in the envelope's order.
  public var wrongRoutes: [WrongRoute] {
    envelope.accuracy.flatMap { task -> [WrongRoute] in
      guard let routing = task.routing else { return [] }
      let items = Dictionary(task.items.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      return (comparison.items[task.id]?.answers ?? []).compactMap { pair in
        guard let item = items[pair.item], let resident = WrongRoute.Route(pair.resident, routing),
          let candidate = WrongRoute.Route(pair.candidate, routing), !resident.isCorrect || !candidate.isCorrect
        else { return nil }
        return WrongRoute(
          task: task.id, item: item.id, request: item.prompt, right: item.options.first ?? RoutingTask.none,
          resident: resident, candidate: candidate)
      }
    }
  }
}

extension WrongRoute.Route {
  /// Nil for a reading without the similarity to every skill and the threshold.
  fileprivate init?(_ reading: AnswerReading, _ routing: RoutingTask) {
    guard reading.optionScores.count == routing.skills.count + 1, let threshold = reading.optionScores.last else {
      return nil
    }
    let near = zip(routing.skills, reading.optionScores).map { WrongRoute.Near(skill: $0.id, similarity: $1) }
    answer = reading.answer
    isCorrect = reading.isCorrect
    // Of equal ones the first, as the router takes it.
    runnerUp = near.filter { $0.skill != reading.answer }.max { $0.similarity < $1.similarity }
    similarity = near.first { $0.skill == reading.answer }?.similarity
    self.threshold = threshold
  }
}
