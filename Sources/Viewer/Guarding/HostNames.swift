/// The names that a request may be sent to.
struct HostNames: Sendable, Equatable, CustomStringConvertible {
  /// Nil allows every name.
  private let allowed: Set<String>?

  /// - Parameter host: What the server is bound to. Only a loopback address has known names.
  init(boundTo host: String) {
    allowed = Self.isLoopback(host) ? ["localhost", "127.0.0.1", "::1", Self.bare(host)] : nil
  }

  /// Whether only this machine reaches what is bound to the host.
  static func isLoopback(_ host: String) -> Bool {
    let host = bare(host)
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return host == "localhost" || host == "::1"
      || parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  /// Whether an authority, a name with or without a port, is one of them.
  func contains(_ authority: String) -> Bool {
    guard let allowed else { return true }
    return allowed.contains(Self.bare(Self.withoutPort(authority)))
  }

  var description: String { allowed.map { $0.sorted().joined(separator: ", ") } ?? "every name" }

  /// In lower case, without an IPv6 address's brackets and a name's final dot.
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
    // A bare IPv6 address has colons of its own.
    return host.contains(":") && !host.hasSuffix("]") ? authority[...] : host
  }
}
