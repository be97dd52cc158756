import Hummingbird

/// Refuses requests that were sent to a name which does not mean this server.
///
/// A page of any site can have its own name resolve to 127.0.0.1 and then read what a server on this machine says (DNS
/// rebinding); its requests carry that name in `Host`.
struct HostGuard<Context: RequestContext>: RouterMiddleware {
  let names: HostNames

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard let authority = request.head.authority else {
      throw HTTPError(.badRequest, message: "the request names no host")
    }
    guard names.contains(authority) else {
      throw HTTPError(
        .misdirectedRequest,
        message: "this server answers to \(names.description) only; start it with --host to open it to others")
    }
    return try await next(request, context)
  }
}
