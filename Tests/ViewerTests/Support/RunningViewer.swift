import Foundation
import JSON
import Measurements
import Store
import TestSupport
import Viewer

/// A viewer on a free port of this machine, with a new database.
struct RunningViewer {
  let folder: TemporaryFolder
  /// A connection to the database beside the viewer's.
  let store: MeasurementStore
  let port: Int

  /// Limits of time that no busy machine reaches; a malformed request counts as unfinished until its response is written.
  static var patient: ConnectionLimits {
    var limits = ConnectionLimits()
    (limits.request, limits.write) = (.seconds(600), .seconds(600))
    return limits
  }

  /// Serves while `body` runs.
  static func with(
    candidate: String = "org/new", heartbeat: Duration = .seconds(15), limits: ConnectionLimits = patient,
    _ body: (RunningViewer) async throws -> Void
  ) async throws {
    let folder = try TemporaryFolder()
    let store = try MeasurementStore(at: folder.url.appendingPathComponent("resident.sqlite"), mode: .readWrite)
    try Recorded.comparison(in: store, candidate: candidate)
    let registry = try folder.write("{\"models\": {\"default\": \"org/old\"}}", to: "registry.json")
    let viewer = try await Viewer(
      database: folder.url.appendingPathComponent("resident.sqlite"), registry: registry, host: "127.0.0.1", port: 0,
      pace: ViewerPace(look: .milliseconds(20), heartbeat: heartbeat), limits: limits,
      report: { _ in })
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let serving = Task { try await viewer.run(endsOnSignals: false) { continuation.yield($0) } }
    defer { serving.cancel() }
    for await port in ports {
      try await body(RunningViewer(folder: folder, store: store, port: port))
      return
    }
  }

  func get(_ path: String, method: String = "GET", host: String? = nil, headers: [String] = []) async throws -> Reply {
    let connection = try Connection(port: port)
    let lines = ["\(method) \(path) HTTP/1.1", "Host: \(host ?? "127.0.0.1:\(port)")", "Connection: close"] + headers
    connection.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
    return Reply(try await connection.read { _ in false })
  }

  /// A connection that listens to the events and has read the first.
  func listen(receiveBuffer: Int32? = nil) async throws -> Connection {
    let connection = try Connection(port: port, receiveBuffer: receiveBuffer)
    connection.send("GET /api/events HTTP/1.1\r\nHost: localhost:\(port)\r\n\r\n")
    _ = try await connection.read { $0.contains("event: changed") }
    return connection
  }
}
