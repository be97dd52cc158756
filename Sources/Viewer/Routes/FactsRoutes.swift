import Hummingbird

/// What a snapshot holds as it is: `/api/roles`, `/api/frontier`, and by pages `/api/comparisons` and `/api/trends`.
struct FactsRoutes: ViewerRoute {
  let latest: LatestSnapshot

  func add(to router: some RouterMethods<some RequestContext>) {
    router.get("/api/roles") { request, _ in try await answer(request) { $0.roles } }
    router.get("/api/frontier") { request, _ in try await answer(request) { $0.frontier } }
    router.get("/api/comparisons") { request, _ in
      let query = try ListQuery(request, filters: ["role", "resident", "candidate", "envelope", "outcome"])
      return try await answer(request) { query.page(of: .comparisons, in: $0) }
    }
    router.get("/api/trends") { request, _ in
      let query = try ListQuery(request, filters: ["envelope", "model", "cell", "metric"])
      return try await answer(request) { query.page(of: .trends, in: $0) }
    }
  }

  private func answer(_ request: Request, _ body: (Snapshot) -> String) async throws -> Response {
    let snapshot = latest.snapshot
    return try await request.answer(EntityTag(snapshot.revision)) {
      Response(text: body(snapshot), type: "application/json; charset=utf-8")
    }
  }
}
