import Foundation
import JSON
import Platform
import Testing

@testable import EndpointEngine

/// Each hostility ends in an error with its reason, and with nothing left open.
@Suite("Hostile servers")
struct HostileServerTests {
  /// Seconds that no test takes, however busy the machine is.
  private static let patience = 600.0

  private func complete(
    _ tokens: Int = 3, within seconds: Double = patience, endingAfter limit: Double? = nil,
    _ answer: @escaping @Sendable (RawServer.Request, RawServer.Connection) -> Void
  ) throws -> Completion {
    let server = RawServer(answer)
    let endpoint = try Endpoint(server.url, model: "m")
    defer {
      // A limit that fires may do so before the server has read the request.
      let counts = seconds < Self.patience ? 0...1 : 1...1
      #expect(counts.contains(server.requestCount), "a timed request is never retried")
      // The client has hung up, so every answer comes to its end.
      let deadline = ContinuousClock.now + .seconds(Self.patience)
      while server.openCount > 0, ContinuousClock.now < deadline { Thread.sleep(forTimeInterval: 0.005) }
      #expect(server.openCount == 0, "a connection is left open")
    }
    return try endpoint.complete(
      CompletionRequest(prompt: .text("The capital of France is"), maximumTokens: tokens), within: seconds,
      endingAfter: limit)
  }

  private static func waitForHangUp(_ connection: RawServer.Connection) {
    while connection.isOpen { Thread.sleep(forTimeInterval: 0.005) }
  }

  @Test("A well-behaved answer is read whole")
  func wellBehaved() throws {
    let completion = try complete { $1.sendCompletion() }
    #expect(completion.text == " one two three")
    #expect(completion.pieces.count == 3)
    #expect(completion.finish == .length)
    #expect([completion.promptTokens, completion.completionTokens, completion.cachedTokens] == [5, 3, 0])
  }

  @Test("Headers at once and a late body: the first token is timed when it comes")
  func lateBody() throws {
    let completion = try complete { _, connection in
      connection.sendHead()
      Thread.sleep(forTimeInterval: 0.3)
      connection.sendEvent(Events.text("a"))
      connection.sendEvent(Events.finish)
    }
    #expect(try #require(completion.pieces.first).nanoseconds >= 300_000_000)
  }

  @Test("A role or a keep-alive is no output")
  func noOutput() throws {
    let completion = try complete { _, connection in
      connection.sendHead()
      connection.send(": keepalive 1/5\n\n")
      connection.sendEvent(["choices": [["index": 0, "delta": ["role": "assistant", "content": ""]]]])
      Thread.sleep(forTimeInterval: 0.2)
      connection.sendEvent(["choices": [["index": 0, "delta": ["reasoning_content": "hm"]]]])
      connection.sendEvent(["choices": [["index": 0, "delta": ["content": "yes"], "finish_reason": "stop"]]])
    }
    #expect(try #require(completion.pieces.first).nanoseconds >= 200_000_000)
    #expect((completion.reasoning, completion.text, completion.finish) == ("hm", "yes", .stop))
  }

  @Test("Tool calls, reasoning and the finish reason are kept apart")
  func toolCalls() throws {
    let call: JSONValue = ["index": 0, "function": ["name": "find", "arguments": "{}"]]
    let completion = try complete { _, connection in
      connection.sendHead()
      connection.sendEvent(["choices": [["delta": ["tool_calls": [call]]]]])
      connection.sendEvent(["choices": [["delta": [:], "finish_reason": "tool_calls"]]])
    }
    #expect(completion.toolCalls == [call])
    #expect((completion.text, completion.finishReason) == ("", "tool_calls"))
  }

  @Test("Pieces split inside a character come out whole", arguments: 1...5)
  func splitCharacters(size: Int) throws {
    let completion = try complete { _, connection in
      connection.sendHead()
      let bytes = Array("data: \(Events.text("naïve 🦀").serialized())\n\ndata: \(Events.finish.serialized())\n\n".utf8)
      for start in stride(from: 0, to: bytes.count, by: size) {
        connection.send(Array(bytes[start..<min(start + size, bytes.count)]))
      }
    }
    #expect(completion.text == "naïve 🦀")
  }

  @Test("Raw control characters inside JSON are refused with the event")
  func controlCharacters() throws {
    #expect {
      try complete { _, connection in
        connection.sendHead()
        connection.send("data: {\"choices\": [{\"text\": \"a\u{01}b\"}]}\n\n")
        Self.waitForHangUp(connection)
      }
    } throws: { if case .malformed? = $0 as? EndpointError { true } else { false } }
  }

  @Test("A truncated stream is no completion")
  func truncated() {
    #expect(throws: EndpointError.truncated(tokens: 1)) {
      try complete { _, connection in
        connection.sendHead()
        connection.sendEvent(Events.text("a"))
        connection.send("data: {\"choices\": [{\"te")
      }
    }
  }

  @Test("A failure in mid-stream is reported in the server's words")
  func failureInStream() {
    #expect(throws: EndpointError.failedInStream("out of memory")) {
      try complete { _, connection in
        connection.sendHead()
        connection.sendEvent(Events.text("a"))
        connection.sendEvent(["error": ["code": 500, "message": "out of memory"]])
        Self.waitForHangUp(connection)
      }
    }
  }

  @Test("A status is reported with its reason", arguments: ["500 Internal Server Error", "404 Not Found", "400 Bad"])
  func statuses(status: String) throws {
    let code = try #require(Int(status.prefix(3)))
    #expect(throws: EndpointError.status(code, body: "no such model")) {
      try complete { $1.sendJSON(["error": ["message": "no such model"]], status: status) }
    }
  }

  @Test("Status 429 is a limit on requests, each time, and never averaged in")
  func tooManyRequests() {
    for _ in 0..<3 {
      #expect(throws: EndpointError.overLimit(concurrency: 1)) {
        try complete { $1.sendJSON(["error": "slow down"], status: "429 Too Many Requests") }
      }
    }
  }

  @Test("A flood of 429 is a concurrency above the server's limit, whatever the others got")
  func flood() throws {
    let server = RawServer { request, connection in
      let isLucky = request.body["prompt"] == "0"
      if isLucky { connection.sendCompletion() } else { connection.sendJSON([:], status: "429 Too Many Requests") }
    }
    let endpoint = try Endpoint(server.url, model: "m")
    let requests = (0..<4).map { CompletionRequest(prompt: .text(String($0)), maximumTokens: 3) }
    #expect(throws: EndpointError.overLimit(concurrency: 4)) {
      try endpoint.complete(together: requests, within: Self.patience)
    }
    #expect(server.requestCount == 4)
    #expect(try endpoint.complete(together: [requests[0], requests[0]], within: Self.patience).count == 2)
  }

  @Test("Endless keep-alives end at the limit of time")
  func keepAlives() {
    #expect {
      try complete(within: 1) { _, connection in
        connection.sendHead()
        while connection.isOpen {
          connection.send(": keepalive\n\n")
          Thread.sleep(forTimeInterval: 0.01)
        }
      }
    } throws: { if case .timedOut(1, _)? = $0 as? EndpointError { true } else { false } }
  }

  @Test("Endless output ends soon after max_tokens")
  func endlessOutput() {
    #expect(throws: EndpointError.tooLong(limit: "max_tokens (3)")) {
      try complete { _, connection in
        connection.sendHead()
        while connection.isOpen { connection.sendEvent(Events.text("more ")) }
      }
    }
  }

  @Test("An endless event without a line's end is not kept")
  func longLine() {
    #expect(throws: EndpointError.eventTooLong(limit: EventStream.limit)) {
      try complete { _, connection in
        connection.sendHead()
        connection.send("data: ")
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 16)
        for _ in 0..<160 where connection.isOpen { connection.send(piece) }
        Self.waitForHangUp(connection)
      }
    }
  }

  @Test("A server that never answers, or hangs after some tokens, ends at the limit", arguments: [false, true])
  func hang(begins: Bool) {
    #expect {
      try complete(within: 1) { _, connection in
        if begins {
          connection.sendHead()
          connection.sendEvent(Events.text("a"))
        }
        Self.waitForHangUp(connection)
      }
    } throws: { if case .timedOut(1, _)? = $0 as? EndpointError { true } else { false } }
  }

  @Test("A time limit of the cell ends with what came")
  func timeLimit() throws {
    let completion = try complete(endingAfter: 0.3) { _, connection in
      connection.sendHead()
      connection.sendEvent(Events.text("a"))
      Self.waitForHangUp(connection)
    }
    #expect((completion.text, completion.finish) == ("a", .time))
  }

  @Test("A connection that is reset, before or after the head, is an error", arguments: [false, true])
  func reset(begins: Bool) {
    #expect {
      try complete { _, connection in
        if begins {
          connection.sendHead()
          connection.sendEvent(Events.text("a"))
          Thread.sleep(forTimeInterval: 0.1)
        }
        connection.reset()
      }
    } throws: {
      switch $0 as? EndpointError {
      case .unreachable, .truncated: true
      default: false
      }
    }
  }

  @Test("A redirect is not followed", arguments: ["302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
  func redirect(status: String) throws {
    let other = RawServer { $1.sendCompletion() }
    let location = other.url
    #expect(throws: EndpointError.redirected(to: "127.0.0.1")) {
      try complete { _, connection in
        connection.sendHead(status: status, more: "Location: \(location)/completions\r\nContent-Length: 0\r\n")
      }
    }
    #expect(other.requestCount == 0)
  }

  @Test("A server that does not listen is unreachable")
  func nobody() throws {
    let port = ManagedServer.freePort()
    let endpoint = try Endpoint("http://127.0.0.1:\(port)", model: "m")
    #expect {
      try endpoint.complete(CompletionRequest(prompt: .text("a"), maximumTokens: 1), within: Self.patience)
    } throws: { if case .unreachable? = $0 as? EndpointError { true } else { false } }
  }

  @Test("A key that the server repeats is in no message", arguments: [401, 200])
  func repeatedKey(status: Int) throws {
    let server = RawServer { _, connection in
      let said: JSONValue = ["error": ["message": "wrong key secret-7"]]
      guard status == 200 else { return connection.sendJSON(said, status: "\(status) Unauthorized") }
      connection.sendHead()
      connection.sendEvent(said)
    }
    let endpoint = try Endpoint(server.url, model: "m", keyVariable: "K", environment: ["K": "secret-7"])
    #expect {
      try endpoint.complete(CompletionRequest(prompt: .text("a"), maximumTokens: 1), within: Self.patience)
    } throws: { error in
      let message = String(describing: error)
      return message.contains("wrong key") && !message.contains("secret-7")
    }
  }

  @Test("A key cut off by the end of a message is not shown in part")
  func cutKey() {
    let key = EndpointKey("secret-7")
    #expect(key.removed(from: "no secret-7, or secre") == "no …, or …")
    #expect(key.removed(from: "yes") == "yes")
  }

  @Test("A key that the server answers with is not kept")
  func answeredKey() throws {
    let server = RawServer { $1.sendCompletion([" sec", "ret-", "7"]) }
    let endpoint = try Endpoint(server.url, model: "m", keyVariable: "K", environment: ["K": "secret-7"])
    #expect(throws: EndpointError.keyRepeated) {
      try endpoint.complete(CompletionRequest(prompt: .text("a"), maximumTokens: 3), within: Self.patience)
    }
  }

  @Test("The key goes into one header and nowhere else")
  func key() throws {
    let server = RawServer { request, connection in
      let isSent = request.headers.contains("Authorization: Bearer secret-7")
      connection.sendJSON(["error": .string(isSent ? "seen" : "missing")], status: "401 Unauthorized")
    }
    let endpoint = try Endpoint(server.url, model: "m", keyVariable: "K", environment: ["K": "secret-7"])
    #expect(throws: EndpointError.status(401, body: "seen")) {
      try endpoint.complete(CompletionRequest(prompt: .text("a"), maximumTokens: 1), within: Self.patience)
    }
    #expect(throws: EndpointError.noKey(variable: "K")) {
      try Endpoint(server.url, model: "m", keyVariable: "K", environment: [:])
    }
  }
}
