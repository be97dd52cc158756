import JSON
import Testing

@testable import Viewer

@Suite("Versions of responses")
struct VersionTests {
  @Test(
    "A client that has a version does not get it again",
    arguments: ["/", "/comparisons/1.html", "/api/status", "/api/roles", "/api/comparisons/1", "/api/trends?limit=1"])
  func unchanged(_ path: String) async throws {
    try await RunningViewer.with { viewer in
      let tag = try #require(try await viewer.get(path).headers["etag"])
      for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
        let reply = try await viewer.get(path, headers: ["If-None-Match: \(known)"])
        #expect(reply.status == 304 && reply.body.isEmpty && reply.headers["etag"] == tag)
      }
      #expect(try await viewer.get(path, headers: ["If-None-Match: \"other\""]).status == 200)
    }
  }

  @Test("A verdict makes a new version of every path, a sample only of the status")
  func changed() async throws {
    try await RunningViewer.with { viewer in
      let events = try await viewer.listen()
      let (session, _, run) = try Recorded.running(in: viewer.store)
      _ = try await events.read { $0.contains("event: changed") }
      let before = try await viewer.get("/api/comparisons").headers["etag"]
      let status = try await viewer.get("/api/status").headers["etag"]
      try viewer.store.append(Recorded.sample(block: 0), to: run)
      _ = try await events.read { $0.contains("\"samples\":1") }
      #expect(try await viewer.get("/api/comparisons").headers["etag"] == before)
      #expect(try await viewer.get("/api/status").headers["etag"] != status)
      try viewer.store.finish(session, state: .complete)
      try viewer.store.record(verdict: Recorded.verdict("org/new"), outcome: "reject", for: session)
      _ = try await events.read { $0.contains("event: changed") }
      let rejected = try await viewer.get(
        "/api/comparisons?outcome=reject", headers: ["If-None-Match: \(before ?? "")"])
      #expect(rejected.status == 200)
    }
  }

  @Test("An edit of the registry makes a new version, and an unreadable registry is reported")
  func registry() async throws {
    try await RunningViewer.with { viewer in
      let events = try await viewer.listen()
      try viewer.folder.write("{\"models\": {\"default\": \"org/other-model\"}}", to: "registry.json")
      _ = try await events.read { $0.contains("event: changed") }
      #expect(try await viewer.get("/api/roles").body.contains("org/other-model"))
      try viewer.folder.write("{", to: "registry.json")
      _ = try await events.read { $0.contains("event: changed") }
      let roles = try await viewer.get("/api/roles").json
      #expect(roles["registry_problem"]?.string?.isEmpty == false)
    }
  }
}
