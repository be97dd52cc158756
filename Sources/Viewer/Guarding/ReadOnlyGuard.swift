import Hummingbird

/// Refuses whatever is not a reading request, and bodies of those.
struct ReadOnlyGuard<Context: RequestContext>: RouterMiddleware {
  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard request.method == .get || request.method == .head else {
      throw HTTPError(.methodNotAllowed, headers: [.allow: "GET, HEAD"], message: "this server only shows")
    }
    return try await next(request, context)
  }
}
