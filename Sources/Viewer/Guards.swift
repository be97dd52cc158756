import HTTPTypes
import Hummingbird

/// Refuses requests that were sent to another name than this server's.
///
/// Any site can let its name resolve to 127.0.0.1, so that its pages may read what a server on this machine returns
/// (DNS rebinding). Their requests have the site's name in `Host`.
struct HostGuard<Context: RequestContext>: RouterMiddleware {
  let names: HostNames

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard let authority = request.head.authority else {
      throw HTTPError(.badRequest, message: "the request names no host")
    }
    // Of two names a proxy may have read the other one. The first is the authority, the others are left among the fields.
    guard HTTPField.Name("Host").flatMap({ request.headers[$0] }) == nil else {
      throw HTTPError(.badRequest, message: "the request names more than one host")
    }
    guard names.contains(authority) else {
      throw HTTPError(
        .misdirectedRequest,
        message: "this server answers to \(names.description) only; start it with --host to open it to others")
    }
    return try await next(request, context)
  }
}

/// The names that a request may be sent to.
struct HostNames: Sendable, Equatable, CustomStringConvertible {
  /// Nil allows every name.
  private let allowed: Set<String>?

  /// - Parameter host: The address that the server is bound to. Only the names of a loopback address are known.
  init(boundTo host: String) {
    allowed = Self.isLoopback(host) ? ["localhost", "127.0.0.1", "::1", Self.bare(host)] : nil
  }

  /// Whether only this machine can reach a server that is bound to the host.
  static func isLoopback(_ host: String) -> Bool {
    let host = bare(host)
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return host == "localhost" || host == "::1"
      || parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  /// Whether an authority, which is a name with or without a port, is one of them.
  func contains(_ authority: String) -> Bool {
    guard let allowed else { return true }
    return allowed.contains(Self.bare(Self.withoutPort(authority)))
  }

  var description: String { allowed.map { $0.sorted().joined(separator: ", ") } ?? "every name" }

  /// The host in lower case, without the brackets of an IPv6 address and the final dot of a name.
  private static func bare(_ host: some StringProtocol) -> String {
    var host = host.lowercased()
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    if host.hasSuffix(".") { host.removeLast() }
    return host
  }

  private static func withoutPort(_ authority: String) -> Substring {
    guard let colon = authority.lastIndex(of: ":"), authority[authority.index(after: colon)...].allSatisfy(\.isNumber)
    else { return authority[...] }
    let host = authority[..<colon]
    // A bare IPv6 address contains colons too.
    return host.contains(":") && !host.hasSuffix("]") ? authority[...] : host
  }
}

/// Refuses every method but GET and HEAD.
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

/// Adds the headers that keep pages of other sites from reading or embedding a response.
struct SecurityHeaders<Context: RequestContext>: RouterMiddleware {
  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    var response = try await next(request, context)
    response.headers[.xContentTypeOptions] = "nosniff"
    response.headers[.crossOriginResourcePolicy] = "same-origin"
    for (name, value) in Self.others { response.headers[name] = value }
    if response.headers[.contentSecurityPolicy] == nil {
      response.headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
    }
    return response
  }

  private static var others: [(HTTPField.Name, String)] {
    [
      ("X-Frame-Options", "DENY"), ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Opener-Policy", "same-origin"),
    ].compactMap { name, value in HTTPField.Name(name).map { ($0, value) } }
  }
}
