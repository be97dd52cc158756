import Hummingbird
import JSON
import ServiceLifecycle
import Synchronization

/// `/api/events`: server-sent events of what is being measured.
///
/// - `changed`, with a `revision`: the other paths have new content. Also sent at the start.
/// - `progress`, with a session: it began or has another sample.
/// - `ended`, with a session: it is no longer running.
struct EventsRoute: ViewerRoute {
  let latest: LatestSnapshot
  let feed: EventFeed

  func add(to router: some RouterMethods<some RequestContext>) {
    router.get("/api/events") { request, _ in
      Response(
        status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
        body: ResponseBody { writer in try await stream(to: &writer, for: request) })
    }
  }

  private func stream(to writer: inout any ResponseBodyWriter, for request: Request) async throws {
    guard let (events, end) = feed.listen() else {
      try await writer.write(ByteBuffer(string: "event: refused\ndata: {\"reason\":\"too many listeners\"}\n\n"))
      return try await writer.finish(nil)
    }
    defer { end() }
    // A browser that loses the stream reconnects after two seconds.
    try await writer.write(ByteBuffer(string: "retry: 2000\n\n" + greeting.map(\.text).joined()))
    var copy = writer
    try await withGracefulShutdownHandler {
      try await request.body.consumeWithInboundCloseHandler { _ in
        for await event in events { try await copy.write(ByteBuffer(string: event.text)) }
      } onInboundClosed: {
        end()
      }
    } onGracefulShutdown: {
      end()
    }
    try await copy.finish(nil)
  }

  private var greeting: [ServerSentEvent] {
    [.event(name: "changed", data: ["revision": .string(latest.snapshot.revision)])]
      + latest.running.map { .event(name: "progress", data: $0.json) }
  }
}

/// Passes each event to all listeners.
///
/// A slow listener misses old events and does not delay the others.
final class EventFeed: Sendable {
  private struct State {
    var listeners: [Int: AsyncStream<ServerSentEvent>.Continuation] = [:]
    var next = 0
  }

  private let state = Mutex(State())
  private let limit: Int
  /// Events that are kept for a slow listener.
  private static let backlog = 32

  /// - Parameter limit: The largest number of listeners.
  init(limit: Int = 64) { self.limit = limit }

  /// The events from now on and a function that ends them; nil if there are too many listeners.
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

  /// The number of listeners.
  var listeners: Int { state.withLock { $0.listeners.count } }
}

/// One event of a `text/event-stream`.
///
/// <https://html.spec.whatwg.org/multipage/server-sent-events.html>
enum ServerSentEvent: Sendable, Equatable {
  case event(name: String, data: JSONValue)
  /// A line that clients skip. It keeps the connection open, and fails if the client is gone.
  case heartbeat

  /// The event's lines. Compact JSON has no line feeds, so its data is one line.
  var text: String {
    switch self {
    case .event(let name, let data): "event: \(name)\ndata: \(data.serialized())\n\n"
    case .heartbeat: ":\n\n"
    }
  }
}
