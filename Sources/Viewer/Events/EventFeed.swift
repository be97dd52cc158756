import Synchronization

/// Passes each event on to everyone who listens.
///
/// Whoever reads slowly misses old events and keeps nobody waiting.
final class EventFeed: Sendable {
  private struct State {
    var listeners: [Int: AsyncStream<ServerSentEvent>.Continuation] = [:]
    var next = 0
  }

  private let state = Mutex(State())
  private let limit: Int
  private static let backlog = 32

  /// - Parameter limit: How many may listen at a time.
  init(limit: Int = 64) { self.limit = limit }

  /// The events from now on and what ends them; nil where too many listen already.
  func listen() -> (events: AsyncStream<ServerSentEvent>, end: @Sendable () -> Void)? {
    let (events, continuation) = AsyncStream.makeStream(
      of: ServerSentEvent.self, bufferingPolicy: .bufferingNewest(Self.backlog))
    let number = state.withLock { state -> Int? in
      guard state.listeners.count < limit else { return nil }
      state.next += 1
      state.listeners[state.next] = continuation
      return state.next
    }
    guard let number else { return nil }
    continuation.onTermination = { [weak self] _ in
      _ = self?.state.withLock { $0.listeners.removeValue(forKey: number) }
    }
    return (events, { continuation.finish() })
  }

  func send(_ event: ServerSentEvent) {
    for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield(event) }
  }

  var listeners: Int { state.withLock { $0.listeners.count } }
}
