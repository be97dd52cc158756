import Hummingbird
import JSON
import ServiceLifecycle

/// `/api/events`: server-sent events of what is measured now.
///
/// - `changed`, with a `revision`: the other paths answer anew. Sent first of all.
/// - `progress`, a session: it began or has another sample.
/// - `ended`, a session: it does not run any more.
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
    // A browser that loses the stream comes back after two seconds.
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
