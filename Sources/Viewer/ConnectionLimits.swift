import NIOCore
import Synchronization

/// How much a client may keep of the server, and for how long.
public struct ConnectionLimits: Sendable {
  /// Open connections of all clients together.
  public var connections = 256
  /// Open connections from one address. This machine's programs share one.
  public var connectionsPerClient = 200
  /// Connections that listen to events, of all clients together.
  public var listeners = 64
  public var listenersPerClient = 48
  /// From the opening of a connection, or the end of its last response, to the end of the next request.
  public var request = TimeAmount.seconds(15)
  /// For each piece of a response to reach the client's side.
  public var write = TimeAmount.seconds(30)
  /// Bytes of a request's body, which no path reads.
  public var bodyBytes = 16 << 10

  public init() {}
}

/// The open connections, and those among them that wait for a request.
///
/// When there are too many, the one that has waited longest makes room for a new one: a client that opens connections and
/// sends nothing, or half a request, keeps nobody out.
final class ConnectionLedger: Sendable {
  private struct Entry {
    let client: String
    let close: @Sendable () -> Void
    /// The place in the order of waiting; nil while a request is answered.
    var waitsSince: Int?
  }

  private struct State {
    var entries: [Int: Entry] = [:]
    var next = 0

    mutating func number() -> Int {
      next += 1
      return next
    }

    /// The connection that has waited longest, of a client or of all.
    func longestWaiting(of client: String?) -> Int? {
      let waiting = entries.filter { $0.value.waitsSince != nil && (client == nil || $0.value.client == client) }
      return waiting.min { ($0.value.waitsSince ?? 0) < ($1.value.waitsSince ?? 0) }?.key
    }
  }

  private let state = Mutex(State())
  private let limits: ConnectionLimits

  init(_ limits: ConnectionLimits) { self.limits = limits }

  /// Enters a new connection, which waits for a request, and closes another one if there is no room.
  ///
  /// - Returns: The connection's number; nil if all others are being answered, so that this one has to be closed.
  /// - Complexity: O(connections) where the limit is reached.
  func admit(from client: String, close: @escaping @Sendable () -> Void) -> Int? {
    let (number, evicted) = state.withLock { state -> (Int?, Entry?) in
      let isClientFull = state.entries.values.count { $0.client == client } >= limits.connectionsPerClient
      var evicted: Entry?
      if isClientFull || state.entries.count >= limits.connections {
        guard let victim = state.longestWaiting(of: isClientFull ? client : nil) else { return (nil, nil) }
        evicted = state.entries.removeValue(forKey: victim)
      }
      let number = state.number()
      state.entries[number] = Entry(client: client, close: close, waitsSince: number)
      return (number, evicted)
    }
    evicted?.close()
    return number
  }

  /// Notes that a connection waits for a request from now on, or has sent one.
  func set(_ connection: Int, waiting isWaiting: Bool) {
    state.withLock { state in
      let place = isWaiting ? state.number() : nil
      state.entries[connection]?.waitsSince = place
    }
  }

  func remove(_ connection: Int) { state.withLock { _ = $0.entries.removeValue(forKey: connection) } }

  /// The number of open connections.
  var count: Int { state.withLock { $0.entries.count } }
}
