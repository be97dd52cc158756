import Foundation
import NIOCore
import Synchronization
import Testing

@testable import Viewer

/// Clients that keep connections without ending their part.
@Suite("Connections")
struct ConnectionTests {
  private static func limits(_ change: (inout ConnectionLimits) -> Void) -> ConnectionLimits {
    var limits = RunningViewer.patient
    change(&limits)
    return limits
  }

  @Test("A thousand half requests keep nobody waiting, and the server ends as usual")
  func halfRequests() async throws {
    var files = rlimit()
    getrlimit(Self.openFiles, &files)
    files.rlim_cur = min(files.rlim_max, 8_192)
    setrlimit(Self.openFiles, &files)
    let server = try await ServerProcess()
    let half = try (0..<1_000).map { index in
      let connection = try Connection(port: server.port)
      connection.send(index % 2 == 0 ? "GET /api/status HTTP/1.1\r\nHost: local" : "")
      return connection
    }
    let began = ContinuousClock.now
    let other = try Connection(port: server.port)
    other.send("GET /api/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    #expect(Reply(try await other.read { _ in false }).status == 200)
    // Half requests are waited for during 15 seconds: in turn they would take hours, and a busy machine some seconds.
    #expect(ContinuousClock.now - began < .seconds(60))
    withExtendedLifetime(half) {}
    #expect(server.end() == 0)
  }

  #if canImport(Glibc)
    // RLIMIT_NOFILE is a macro that Swift does not import.
    private static let openFiles = __rlimit_resource_t(7)
  #else
    private static let openFiles = RLIMIT_NOFILE
  #endif

  @Test(
    "A request has to end in time, however it is sent",
    arguments: ["", "GET /api/sta", "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nbody", "\r\n\r\n"])
  func slowRequest(text: String) async throws {
    try await RunningViewer.with(limits: Self.limits { $0.request = .milliseconds(200) }) { viewer in
      let connection = try Connection(port: viewer.port)
      connection.send(text)
      // The connection ends, with or without a response.
      _ = try await connection.read { _ in false }
    }
  }

  @Test("A connection that is kept for another request has as long as for the first")
  func idle() async throws {
    let limit = 2.0
    try await RunningViewer.with(limits: Self.limits { $0.request = .milliseconds(Int64(limit * 1000)) }) { viewer in
      let connection = try Connection(port: viewer.port)
      let began = ContinuousClock.now
      for _ in 1...2 {
        connection.send("GET /api/roles HTTP/1.1\r\nHost: localhost\r\n\r\n")
        let reply = try await connection.readOrReset { $0.contains("\r\n\r\n") && $0.contains("}") }
        // Where other tests kept this one from running, the connection may have ended already.
        let isLate = ContinuousClock.now - began >= .seconds(limit)
        #expect(isLate || reply.contains("}"))
      }
      _ = try await connection.readOrReset { _ in false }
    }
  }

  @Test("A client that reads nothing of its responses is given up")
  func unread() async throws {
    try await RunningViewer.with(limits: Self.limits { $0.write = .milliseconds(300) }) { viewer in
      let connection = try Connection(port: viewer.port, receiveBuffer: 2_048)
      let requests = String(repeating: "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", count: 3_000)
      connection.send(requests)
      try await Task.sleep(for: .seconds(2))
      // A reset, or the end before the last response.
      let text = try? await connection.read { _ in false }
      #expect((text?.components(separatedBy: "HTTP/1.1 200").count ?? 0) < 3_000)
    }
  }

  @Test("A large body ends the connection")
  func body() async throws {
    try await RunningViewer.with(limits: Self.limits { $0.request = .seconds(120) }) { viewer in
      let began = ContinuousClock.now
      let connection = try Connection(port: viewer.port)
      connection.send("GET /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n")
      connection.send(String(repeating: "x", count: 100_000))
      // A reset, or the end.
      _ = try? await connection.read { _ in false }
      #expect(ContinuousClock.now - began < .seconds(60))
    }
  }

  @Test("A refused stream of events ends with its connection")
  func refusedStream() async throws {
    let limits = Self.limits { ($0.listeners, $0.request) = (1, .seconds(120)) }
    try await RunningViewer.with(limits: limits) { viewer in
      let first = try await viewer.listen()
      let second = try Connection(port: viewer.port)
      second.send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
      let began = ContinuousClock.now
      let text = try await second.read { _ in false }
      #expect(ContinuousClock.now - began < .seconds(60))
      #expect(text.contains("event: refused") && text.contains("retry: 60000"))
      withExtendedLifetime(first) {}
    }
  }

  @Test("The longest waiting connection makes room, first of the same client, and none that is answered")
  func ledger() throws {
    let ledger = ConnectionLedger(
      Self.limits { ($0.connections, $0.connectionsPerClient) = (3, 2) })
    let closed = Closed()
    func admit(_ client: String, _ name: String) -> Int? { ledger.admit(from: client) { closed.add(name) } }
    let first = try #require(admit("a", "first"))
    let second = try #require(admit("a", "second"))
    let other = try #require(admit("b", "other"))
    ledger.set(first, waiting: false)
    let third = try #require(admit("a", "third"))
    #expect(closed.names == ["second"])
    ledger.set(third, waiting: false)
    #expect(admit("a", "fourth") == nil)
    _ = admit("c", "fifth")
    #expect(closed.names == ["second", "other"])
    for number in [first, second, other, third] { ledger.remove(number) }
    #expect(ledger.count == 1)
  }

  private final class Closed: Sendable {
    private let list = Mutex<[String]>([])
    var names: [String] { list.withLock(\.self) }
    func add(_ name: String) { list.withLock { $0.append(name) } }
  }
}
