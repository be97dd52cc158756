import Foundation
import Testing

@testable import EndpointEngine

/// What a server sends without end, in a form that is not read, or not at all.
@Suite("Hostile streams")
struct HostileStreamTests {
  /// Seconds that no test takes, however busy the machine is.
  private static let patience = 600.0

  private func complete(
    _ answer: @escaping @Sendable (RawServer.Request, RawServer.Connection) -> Void
  ) throws -> Completion {
    let server = RawServer(answer)
    let endpoint = try Endpoint(server.url, model: "m")
    return try endpoint.complete(CompletionRequest(prompt: .text("a"), maximumTokens: 3), within: Self.patience)
  }

  static let endless: [(name: String, head: String, piece: String)] = [
    ("comments", "", ": keep-alive\n\n"), ("events that say nothing", "", "data: {\"choices\": []}\n\n"),
    ("chunks of a byte with long extensions", "Transfer-Encoding: chunked\r\n", "1;\(longText)\r\n:\r\n"),
  ]
  private static let longText = String(repeating: "x", count: 4_000)

  @Test("What has no end is read to the limit of bytes", arguments: endless.indices)
  func endlessStream(index: Int) {
    let (_, head, piece) = Self.endless[index]
    let pieces = String(repeating: piece, count: 1 + 100_000 / piece.utf8.count)
    #expect(throws: EndpointError.tooLong(limit: "64 MiB")) {
      try complete { _, connection in
        connection.sendHead(more: head)
        while connection.isOpen { connection.send(pieces) }
      }
    }
  }

  @Test("Heads without end are not read for long", arguments: ["X-More: x\r\n", "HTTP/1.1 100 Continue\r\n\r\n"])
  func endlessHead(piece: String) {
    let pieces = String(repeating: piece, count: 10_000)
    #expect {
      try complete { _, connection in
        connection.send("HTTP/1.1 100 Continue\r\n")
        while connection.isOpen { connection.send(pieces) }
      }
    } throws: {
      switch $0 as? EndpointError {
      case .unreachable, .tooLong: true
      default: false
      }
    }
  }

  @Test("An event of many lines is not kept beyond the limit")
  func longEvent() {
    #expect(throws: EndpointError.eventTooLong(limit: EventStream.limit)) {
      try complete { _, connection in
        connection.sendHead()
        let line = "data: " + String(repeating: "x", count: 1_000) + "\n"
        while connection.isOpen { connection.send(line) }
      }
    }
  }

  @Test("A compressed answer is refused by its name, before it is read", arguments: ["gzip", "br", "x, gzip"])
  func compressed(encoding: String) {
    #expect(throws: EndpointError.encoded(encoding)) {
      try complete { $1.sendHead(more: "Content-Encoding: \(encoding)\r\n") }
    }
  }

  @Test(
    "A demand for other credentials is a status", arguments: ["Basic realm=\"a\"", "Digest realm=\"a\", nonce=\"b\""])
  func otherCredentials(scheme: String) {
    #expect(throws: EndpointError.status(401, body: "")) {
      try complete { _, connection in
        connection.sendHead(status: "401 Unauthorized", more: "WWW-Authenticate: \(scheme)\r\nContent-Length: 0\r\n")
        Thread.sleep(forTimeInterval: 0.1)
      }
    }
  }

  @Test("A server that stops in its answer is not waited for until the end")
  func silence() throws {
    let server = RawServer { _, connection in
      connection.sendHead()
      connection.sendEvent(Events.text("a"))
      while connection.isOpen { Thread.sleep(forTimeInterval: 0.005) }
    }
    var limits = StreamingPost.Limits()
    limits.silenceSeconds = 0.2
    let post = StreamingPost(
      url: try #require(URL(string: server.url)), headers: [("Expect", "")], body: Data("{}".utf8), limits: limits)
    var pieces = 0
    #expect(throws: EndpointError.silent(seconds: 0.2)) {
      try post.run(within: { Self.patience }) { _, _ in
        pieces += 1
        return true
      }
    }
    #expect(pieces == 1)
  }

  @Test("A silent server costs the waiting thread no processor time", arguments: [false, true])
  func processorTime(hasBegun: Bool) throws {
    let before = Self.processorTime
    _ = try complete { _, connection in
      if hasBegun { connection.sendHead() }
      Thread.sleep(forTimeInterval: 1)
      if !hasBegun { connection.sendHead() }
      connection.sendEvent(Events.finish)
    }
    // A client that spins takes the whole second.
    #expect(Self.processorTime - before < .milliseconds(100))
  }

  /// Of this thread, on which the request is sent and read.
  private static var processorTime: Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  @Test("A URL with credentials is refused without repeating them")
  func credentials() {
    #expect {
      try Endpoint("http://user:secret-7@127.0.0.1:8080", model: "m")
    } throws: {
      !String(describing: $0).contains("secret-7") && String(describing: $0).contains("--key-variable")
    }
  }

  @Test("A key that would end its header is refused", arguments: ["a\r\nHost: b", "a b", "é"])
  func badKey(key: String) {
    #expect(throws: EndpointError.badKey(variable: "K")) {
      try Endpoint("http://127.0.0.1", model: "m", keyVariable: "K", environment: ["K": key])
    }
  }

  @Test("TLS is spoken, so a server that does not speak it is unreachable")
  func withoutTLS() throws {
    let server = RawServer { $1.sendCompletion() }
    let endpoint = try Endpoint("https://127.0.0.1:\(server.port)", model: "m")
    #expect {
      try endpoint.complete(CompletionRequest(prompt: .text("a"), maximumTokens: 3), within: 1)
    } throws: {
      switch $0 as? EndpointError {
      case .unreachable, .timedOut: true
      default: false
      }
    }
    #expect(server.requestCount == 0)
  }
}
