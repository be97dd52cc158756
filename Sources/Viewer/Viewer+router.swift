import Hummingbird

extension Viewer {
  /// Every path, behind the guards.
  var router: Router<BasicRequestContext> {
    let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: SecurityHeaders())
    router.add(middleware: ProblemResponses(report: report))
    router.add(middleware: HostGuard(names: HostNames(boundTo: host)))
    router.add(middleware: ReadOnlyGuard())
    let routes: [any ViewerRoute] = [
      PagesRoute(latest: latest, details: details, charts: charts), AssetsRoute(charts: charts),
      StatusRoute(latest: latest), FactsRoutes(latest: latest),
      ComparisonRoute(latest: latest, details: details), EventsRoute(latest: latest, feed: feed), OpenAPIRoute(),
    ]
    for route in routes { route.add(to: router) }
    return router
  }
}
