import JSON
import Testing

@testable import Viewer

@Suite("Events of a running measurement")
struct EventTests {
  @Test("A listener gets an event for each sample that another connection commits, and for the end")
  func progress() async throws {
    try await RunningViewer.with { viewer in
      let events = try await viewer.listen()
      let (session, _, run) = try Recorded.running(in: viewer.store)
      _ = try await events.read { $0.contains("event: progress") && $0.contains("\"samples\":0") }
      for block in 0..<3 {
        try viewer.store.append(Recorded.sample(block: block), to: run)
        let text = try await events.read { $0.contains("\"samples\":\(block + 1)") }
        #expect(text.contains("\"block\":\(block)") && text.contains("\"side\":\"candidate\""))
      }
      try viewer.store.finish(session, state: .interrupted)
      #expect(try await events.read { $0.contains("event: ended") }.contains("\"session\":\(session)"))
      #expect(try await viewer.get("/api/status").json["running"]?.array == [])
    }
  }

  @Test("A running comparison shows what its blocks say so far, and the memory of both models")
  func effects() async throws {
    try await RunningViewer.with { viewer in
      let events = try await viewer.listen()
      let (_, resident, candidate) = try Recorded.running(in: viewer.store)
      for block in 0..<3 {
        for repetition in 0..<2 {
          for run in [resident, candidate] {
            try viewer.store.append(Recorded.sample(block: block, repetition: repetition), to: run)
          }
        }
      }
      _ = try await events.read { $0.contains("\"samples\":12") }
      let running = try #require(try await viewer.get("/api/status").json["running"]?.array?.first)
      let effect = try #require(running["effects"]?.array?.first)
      #expect(effect["title"] == "throughput, short" && effect["kind"] == "objective" && effect["effect"] == "+0.0 %")
      #expect(effect["state"] == "no bound yet" && effect["lower"] == .null && effect["threshold"] == 0.03)
      #expect(running["resident_memory_bytes"] == 300_000_000 && running["candidate_memory_bytes"] == 300_000_000)
    }
  }

  @Test("A later listener learns what is running, and gets heartbeats")
  func greeting() async throws {
    try await RunningViewer.with(heartbeat: .milliseconds(30)) { viewer in
      let first = try await viewer.listen()
      let (_, _, run) = try Recorded.running(in: viewer.store)
      try viewer.store.append(Recorded.sample(block: 0), to: run)
      _ = try await first.read { $0.contains("\"samples\":1") }
      let late = try Connection(port: viewer.port)
      late.send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
      let text = try await late.read { $0.contains("\"samples\":1") && $0.contains("\n:\n\n") }
      #expect(text.contains("content-type: text/event-stream") || text.contains("Content-Type: text/event-stream"))
    }
  }

  @Test("Listeners that read nothing and requests that never end delay nobody")
  func slow() async throws {
    try await RunningViewer.with { viewer in
      var stuck: [Connection] = []
      for _ in 0..<8 {
        stuck.append(try await viewer.listen(receiveBuffer: 2048))
        let half = try Connection(port: viewer.port)
        half.send("GET /api/sta")
        stuck.append(half)
      }
      let events = try await viewer.listen()
      let (_, _, run) = try Recorded.running(in: viewer.store)
      for block in 0..<40 { try viewer.store.append(Recorded.sample(block: block), to: run) }
      _ = try await events.read { $0.contains("\"samples\":40") }
      #expect(try await viewer.get("/api/status").status == 200)
      withExtendedLifetime(stuck) {}
    }
  }

  @Test("A feed forgets listeners that leave, and has a limit of listeners")
  func feed() async throws {
    let feed = EventFeed(limit: 3, limitPerClient: 2)
    let first = try #require(feed.listen(from: "a"))
    let second = try #require(feed.listen(from: "a"))
    #expect(feed.listen(from: "a").map { _ in true } == nil)
    let other = try #require(feed.listen(from: "b"))
    #expect(feed.listen(from: "c").map { _ in true } == nil)
    other.end()
    first.end()
    #expect(feed.listeners == 1)
    feed.send(.heartbeat)
    second.end()
    var heard: [ServerSentEvent] = []
    for await event in second.events { heard.append(event) }
    #expect(heard == [.heartbeat] && feed.listeners == 0)
  }
}
