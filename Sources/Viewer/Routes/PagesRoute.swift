import Hummingbird
import Report

/// The pages of the report, under the paths that they have as files.
struct PagesRoute: ViewerRoute {
  let latest: LatestSnapshot
  let details: DetailSource
  let charts: ChartLibrary?

  func add(to router: some RouterMethods<some RequestContext>) {
    for path: RouterPath in ["/", "/index.html"] {
      router.get(path) { request, _ in try await page(for: request) { $0.index } }
    }
    router.get("/envelopes/{number}.html") { request, context in
      let number = context.parameters.get("number")
      return try await page(for: request) { snapshot in
        guard let page = snapshot.envelopes["envelopes/\(number ?? "").html"] else { throw HTTPError(.notFound) }
        return page
      }
    }
    router.get("/comparisons/{number}.html") { request, context in
      let number = context.parameters.get("number")
      return try await page(for: request) { snapshot in
        let comparison = try snapshot.comparison(named: number)
        return try await details.detail(of: comparison, revision: snapshot.revision)
          .page(charts, liveRevision: snapshot.revision)
      }
    }
  }

  private func page(for request: Request, _ text: (Snapshot) async throws -> String) async throws -> Response {
    let snapshot = latest.snapshot
    return try await request.answer(EntityTag(snapshot.revision)) {
      var response = Response(text: try await text(snapshot), type: "text/html; charset=utf-8")
      response.headers[.contentSecurityPolicy] = Self.policy
      return response
    }
  }

  /// Nothing but the report's own files is loaded or run, whatever names from outside contain.
  private static let policy =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none';"
    + " frame-ancestors 'none'"
}
