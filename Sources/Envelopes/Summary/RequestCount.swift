/// What a comparison of two models asks of them, both together.
public struct RequestCount: Sendable, Equatable {
  /// Throughput requests whose times are thrown away.
  public let warmUps: Int
  /// Throughput requests that become samples.
  public let throughput: Int
  /// Accuracy items put to a model.
  public let answers: Int
  /// Turns of tool loops.
  public let turns: Int
}

extension Envelope {
  /// The requests of one comparison, void blocks not repeated.
  public var requests: RequestCount {
    let items = accuracy.reduce(0) { $0 + $1.items.count }
    return RequestCount(
      warmUps: 2 * plan.warmUps * throughput.count, throughput: 4 * plan.blocks * throughput.count, answers: 2 * items,
      turns: toolLoops.reduce(0) { $0 + $1.trace.rounds.count * ($1.mode == .live ? 2 : 4 * $1.blocks) })
  }
}
