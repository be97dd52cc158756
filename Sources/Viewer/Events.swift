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

  func add(to router: some RouterMethods<ViewerContext>) {
    router.get("/api/events") { request, context in
      var headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
      guard let (events, end) = feed.listen(from: context.client) else {
        headers[.connection] = "close"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: Self.refusal)))
      }
      return Response(
        status: .ok, headers: headers,
        body: ResponseBody { writer in
          defer { end() }
          try await stream(events, endedBy: end, to: &writer, for: request)
        })
    }
  }

  /// A browser asks again after a minute.
  private static let refusal = "retry: 60000\nevent: refused\ndata: {\"reason\":\"too many listeners\"}\n\n"

  private func stream(
    _ events: AsyncStream<ServerSentEvent>, endedBy end: @escaping @Sendable () -> Void,
    to writer: inout any ResponseBodyWriter, for request: Request
  ) async throws {
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
    var listeners: [Int: (client: String, continuation: AsyncStream<ServerSentEvent>.Continuation)] = [:]
    var next = 0
  }

  private let state = Mutex(State())
  private let limit: Int
  private let limitPerClient: Int
  /// Events that are kept for a slow listener.
  private static let backlog = 32

  /// - Parameters:
  ///   - limit: The largest number of listeners.
  ///   - limitPerClient: Of those from one address.
  init(limit: Int, limitPerClient: Int) { (self.limit, self.limitPerClient) = (limit, limitPerClient) }

  /// The events from now on and a function that ends them; nil if there are too many listeners.
  func listen(from client: String) -> (events: AsyncStream<ServerSentEvent>, end: @Sendable () -> Void)? {
    let (events, continuation) = AsyncStream.makeStream(
      of: ServerSentEvent.self, bufferingPolicy: .bufferingNewest(Self.backlog))
    let number = state.withLock { state -> Int? in
      let ofClient = state.listeners.values.count { $0.client == client }
      guard state.listeners.count < limit, ofClient < limitPerClient else { return nil }
      state.next += 1
      state.listeners[state.next] = (client, continuation)
      return state.next
    }
    guard let number else { return nil }
    continuation.onTermination = { [weak self] _ in
      _ = self?.state.withLock { $0.listeners.removeValue(forKey: number) }
    }
    return (events, { continuation.finish() })
  }

  func send(_ event: ServerSentEvent) {
    for listener in state.withLock({ Array($0.listeners.values) }) { listener.continuation.yield(event) }
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
