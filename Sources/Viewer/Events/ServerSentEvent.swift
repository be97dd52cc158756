import Hummingbird
import JSON

/// One event of a `text/event-stream`.
///
/// <https://html.spec.whatwg.org/multipage/server-sent-events.html>
enum ServerSentEvent: Sendable, Equatable {
  case event(name: String, data: JSONValue)
  /// A line that clients skip: it keeps the connection, and shows whether it still is one.
  case heartbeat

  /// The event's lines. Compact JSON has no line feeds, so its data is one line.
  var text: String {
    switch self {
    case .event(let name, let data): "event: \(name)\ndata: \(data.serialized())\n\n"
    case .heartbeat: ":\n\n"
    }
  }
}
