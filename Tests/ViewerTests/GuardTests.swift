import Foundation
import Store
import TestSupport
import Testing

@testable import Viewer

@Suite("Guards")
struct GuardTests {
  @Test("A loopback address has this machine's names, with or without a port")
  func names() {
    let names = HostNames(boundTo: "127.0.0.1")
    for name in ["127.0.0.1", "127.0.0.1:8642", "localhost", "LOCALHOST:1", "localhost.", "[::1]:80", "::1"] {
      #expect(names.contains(name), "\(name)")
    }
    for name in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "", ":80", "[::2]:80", "1"] {
      #expect(!names.contains(name), "\(name)")
    }
    #expect(HostNames(boundTo: "127.0.0.9").contains("127.0.0.9:80"))
    #expect(HostNames(boundTo: "0.0.0.0").contains("workstation.lan"))
    #expect(HostNames.isLoopback("[::1]") && !HostNames.isLoopback("127.evil.example.com"))
  }

  @Test("A request to another name is refused on every path, and every response keeps other sites out")
  func rebinding() async throws {
    try await RunningViewer.with { viewer in
      for path in ["/", "/api/status", "/api/events", "/nothing"] {
        let reply = try await viewer.get(path, host: "evil.example")
        #expect(reply.status == 421 && !reply.body.contains("org/"))
        #expect(reply.headers["x-content-type-options"] == "nosniff")
        #expect(reply.headers["cross-origin-resource-policy"] == "same-origin")
        #expect(reply.headers["x-frame-options"] == "DENY")
      }
    }
  }

  @Test("A request with two hosts is refused, whichever comes first", arguments: [false, true])
  func twoHosts(isOtherFirst: Bool) async throws {
    try await RunningViewer.with { viewer in
      let names = isOtherFirst ? ["evil.example", "localhost"] : ["localhost", "evil.example"]
      let reply = try await viewer.get("/api/status", host: names[0], headers: ["host: \(names[1])"])
      #expect(reply.status == 400 && !reply.body.contains("org/"))
    }
  }

  @Test("A missing database is an error, and so is a port in use")
  func unusable() async throws {
    let folder = try TemporaryFolder()
    await #expect(throws: StoreError.self) {
      _ = try await Viewer(
        database: folder.url.appendingPathComponent("none.sqlite"), registry: folder.url, host: "127.0.0.1", port: 0,
        report: { _ in })
    }
    try await RunningViewer.with { viewer in
      let other = try await Viewer(
        database: viewer.folder.url.appendingPathComponent("resident.sqlite"), registry: folder.url,
        host: "127.0.0.1", port: viewer.port, report: { _ in })
      await #expect(throws: ViewerError.addressInUse(host: "127.0.0.1", port: viewer.port)) {
        try await other.run(endsOnSignals: false) { _ in }
      }
    }
  }
}
