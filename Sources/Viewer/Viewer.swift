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
  private let host: String
  private let port: Int
  private let latest: LatestSnapshot
  private let source: SnapshotSource
  private let details: DetailSource
  private let charts: ChartLibrary?
  private let feed: EventFeed
  private let pace: ViewerPace
  private let limits: ConnectionLimits
  private let report: @Sendable (String) -> Void

  /// Whether only this machine can reach the viewer.
  public var isLoopback: Bool { HostNames.isLoopback(host) }

  /// Reads everything that is recorded.
  ///
  /// - Parameters:
  ///   - charts: Nil for pages without charts.
  ///   - port: 0 for any that is free.
  ///   - report: Called with each problem that is not a client's, in one line.
  /// - Throws: `StoreError.file` if the database can't be read.
  public init(
    database: URL, registry: URL, charts: ChartLibrary? = nil, host: String, port: Int, pace: ViewerPace = ViewerPace(),
    limits: ConnectionLimits = ConnectionLimits(), report: @escaping @Sendable (String) -> Void
  ) async throws {
    self.host = host
    self.port = port
    self.pace = pace
    self.limits = limits
    feed = EventFeed(limit: limits.listeners, limitPerClient: limits.listenersPerClient)
    self.charts = charts
    self.report = report
    source = try SnapshotSource(database: database, registry: registry, charts: charts)
    details = try DetailSource(database: database, registry: registry)
    latest = LatestSnapshot(try await source.snapshot(source.revision()), running: try await source.running())
  }

  /// Serves until the process gets SIGINT or SIGTERM or the task is cancelled, then lets responses finish.
  ///
  /// - Parameters:
  ///   - endsOnSignals: Whether to handle those signals of the process.
  ///   - onStart: Called once with the port, when requests are accepted.
  /// - Throws: `ViewerError` if the address can't be bound.
  public func run(endsOnSignals: Bool = true, onStart: @escaping @Sendable (Int) -> Void) async throws {
    let (limits, ledger) = (limits, ConnectionLedger(limits))
    var application = Application(
      router: router,
      server: .http1(
        configuration: .init(
          additionalChannelHandlers: [ConnectionGuard(limits, ledger)],
          httpDecoderConfiguration: .init(maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10))),
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: port), serverName: "resident"),
      services: [StoreFollower(source: source, latest: latest, feed: feed, pace: pace, report: report)],
      onServerRunning: { onStart($0.localAddress?.port ?? 0) })
    application.logger.logLevel = .critical
    var configuration = ServiceGroupConfiguration(
      services: [application], gracefulShutdownSignals: endsOnSignals ? [.sigterm, .sigint] : [],
      logger: application.logger)
    // A client that reads nothing would delay the end.
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

extension Viewer {
  /// All paths, behind the guards.
  private var router: Router<ViewerContext> {
    let router = Router(context: ViewerContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: SecurityHeaders())
    router.add(middleware: ProblemResponses(report: report))
    router.add(middleware: HostGuard(names: HostNames(boundTo: host)))
    router.add(middleware: ReadOnlyGuard())
    let routes: [any ViewerRoute] = [
      PagesRoute(latest: latest, details: details, charts: charts, isLoopback: isLoopback), AssetsRoute(charts: charts),
      StatusRoute(latest: latest), FactsRoutes(latest: latest),
      ComparisonRoute(latest: latest, details: details), EventsRoute(latest: latest, feed: feed), OpenAPIRoute(),
    ]
    for route in routes { route.add(to: router) }
    return router
  }
}

/// A request with the address that it came from.
struct ViewerContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let client: String

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    client = source.channel.remoteAddress?.ipAddress ?? ""
  }
}

/// Paths of one kind.
protocol ViewerRoute: Sendable {
  func add(to router: some RouterMethods<ViewerContext>)
}

/// How often the viewer looks at the database and sends heartbeats.
public struct ViewerPace: Sendable {
  /// The time between two looks at the database.
  public var look: Duration
  /// The longest silence of the event stream.
  public var heartbeat: Duration

  public init(look: Duration = .milliseconds(200), heartbeat: Duration = .seconds(15)) {
    self.look = look
    self.heartbeat = heartbeat
  }
}

/// Why the viewer can't serve.
public enum ViewerError: Error, Equatable, Sendable, CustomStringConvertible {
  case addressInUse(host: String, port: Int)
  case cannotBind(host: String, port: Int, reason: String)

  public var description: String {
    switch self {
    case .addressInUse(let host, let port):
      "\(host):\(port) is in use; choose another port by --port, or 0 for any that is free"
    case .cannotBind(let host, let port, let reason): "cannot listen on \(host):\(port): \(reason)"
    }
  }
}
