import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Report
import ServiceLifecycle

/// The report over HTTP, live: pages for people, JSON for programs, events of what is measured now.
///
/// Every connection to the database reads only. See docs/serve.md.
public struct Viewer: Sendable {
  let host: String
  let port: Int
  let latest: LatestSnapshot
  let source: SnapshotSource
  let details: DetailSource
  let charts: ChartLibrary?
  let feed = EventFeed()
  let pace: ViewerPace
  let report: @Sendable (String) -> Void

  /// Whether only this machine can reach it.
  public var isLoopback: Bool { HostNames.isLoopback(host) }

  /// Reads all that is recorded.
  ///
  /// - Parameters:
  ///   - charts: Nil for pages without charts.
  ///   - port: 0 for any that is free.
  ///   - report: Hears of problems that are not a client's, one line each.
  /// - Throws: `StoreError.file` where the database cannot be read.
  public init(
    database: URL, registry: URL, charts: ChartLibrary? = nil, host: String, port: Int, pace: ViewerPace = ViewerPace(),
    report: @escaping @Sendable (String) -> Void
  ) async throws {
    self.host = host
    self.port = port
    self.pace = pace
    self.charts = charts
    self.report = report
    source = try SnapshotSource(database: database, registry: registry, charts: charts)
    details = try DetailSource(database: database)
    latest = LatestSnapshot(try await source.snapshot(source.revision()), running: try await source.running())
  }

  /// Serves until the process is asked to end (SIGINT, SIGTERM) or its task is cancelled, then lets answers finish.
  ///
  /// - Parameters:
  ///   - endsOnSignals: Whether it is the process's business, and takes those signals.
  ///   - onStart: Called once with the port, when requests are taken.
  /// - Throws: `ViewerError` where the address cannot be had.
  public func run(endsOnSignals: Bool = true, onStart: @escaping @Sendable (Int) -> Void) async throws {
    var application = Application(
      router: router,
      server: .http1(
        configuration: .init(
          idleTimeout: .seconds(60),
          httpDecoderConfiguration: .init(maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10))),
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: port), serverName: "resident",
        availableConnectionsDelegate: MaximumAvailableConnections(512)),
      services: [StoreFollower(source: source, latest: latest, feed: feed, pace: pace, report: report)],
      onServerRunning: { onStart($0.localAddress?.port ?? 0) })
    application.logger.logLevel = .critical
    var configuration = ServiceGroupConfiguration(
      services: [application], gracefulShutdownSignals: endsOnSignals ? [.sigterm, .sigint] : [],
      logger: application.logger)
    // A client that reads nothing would hold up the end.
    configuration.maximumGracefulShutdownDuration = .seconds(3)
    do {
      try await ServiceGroup(configuration: configuration).run()
    } catch let error as IOError {
      throw error.errnoCode == EADDRINUSE
        ? ViewerError.addressInUse(host: host, port: port)
        : ViewerError.cannotBind(host: host, port: port, reason: String(cString: strerror(error.errnoCode)))
    }
  }
}
