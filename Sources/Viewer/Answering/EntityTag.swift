import Hummingbird

/// A version of what a path answers, as HTTP's `ETag`.
struct EntityTag: Sendable, Equatable {
  /// With its quotes.
  let text: String

  /// - Parameter version: ASCII letters, digits, dashes and the like; quotes and spaces are dropped.
  init(_ version: String) {
    text = "\"\(version.unicodeScalars.filter { (0x23..<0x7F).contains($0.value) }.map(String.init).joined())\""
  }

  /// Whether a request says that it has this version already: `If-None-Match` with this tag, weak or not, or `*`.
  func isKnown(to request: Request) -> Bool {
    request.headers[values: .ifNoneMatch].joined(separator: ",").split(separator: ",").contains { candidate in
      let tag = candidate.trimmingPrefix(while: \.isWhitespace)
      return tag == "*" || tag.trimmingPrefix("W/").prefix { !$0.isWhitespace } == text
    }
  }
}

extension Request {
  /// The response that `make` makes, with its tag; or 304 without a body, where the client has that version.
  func answer(_ tag: EntityTag, _ make: () async throws -> Response) async throws -> Response {
    var response = tag.isKnown(to: self) ? Response(status: .notModified) : try await make()
    response.headers[.eTag] = tag.text
    // Kept by the client, but never used without asking.
    response.headers[.cacheControl] = "no-cache"
    return response
  }
}
