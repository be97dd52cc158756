import Hummingbird
import JSON

/// `/api/status`: who holds which role, what is open, what runs now and what the last night did.
struct StatusRoute: ViewerRoute {
  let latest: LatestSnapshot

  func add(to router: some RouterMethods<some RequestContext>) {
    router.get("/api/status") { request, _ in
      let (snapshot, running) = (latest.snapshot, latest.running)
      let progress = running.map { "\($0.progress.number).\($0.progress.samples).\($0.progress.voidBlocks)" }
      return try await request.answer(EntityTag(([snapshot.revision] + progress).joined(separator: "-"))) {
        var status = snapshot.status
        status["running"] = .array(running.map(\.json))
        return Response(json: .object(status))
      }
    }
  }
}
