import Hummingbird
import JSON
import Store

/// A version of a path's response, as HTTP's `ETag`.
struct EntityTag: Sendable, Equatable {
  /// With its quotes.
  let text: String

  /// - Parameter version: ASCII from `#` to `~`; other characters are dropped.
  init(_ version: String) {
    text = "\"\(version.unicodeScalars.filter { (0x23..<0x7F).contains($0.value) }.map(String.init).joined())\""
  }

  /// Whether a client has this version already: its `If-None-Match` has this tag, weak or not, or `*`.
  func isKnown(to request: Request) -> Bool {
    request.headers[values: .ifNoneMatch].joined(separator: ",").split(separator: ",").contains { candidate in
      let tag = candidate.trimmingPrefix(while: \.isWhitespace)
      return tag == "*" || tag.trimmingPrefix("W/").prefix { !$0.isWhitespace } == text
    }
  }
}

extension Request {
  /// The response that `make` returns, with its tag; 304 without a body if the client has that version.
  func answer(_ tag: EntityTag, _ make: () async throws -> Response) async throws -> Response {
    var response = tag.isKnown(to: self) ? Response(status: .notModified) : try await make()
    response.headers[.eTag] = tag.text
    // The client may keep it, but must ask before each use.
    response.headers[.cacheControl] = "no-cache"
    return response
  }
}

extension Response {
  init(json: JSONValue, status: HTTPResponse.Status = .ok) {
    self.init(text: json.serialized() + "\n", type: "application/json; charset=utf-8", status: status)
  }

  init(text: String, type: String, status: HTTPResponse.Status = .ok) {
    self.init(
      status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}

/// Turns errors into JSON responses: `{"error": {"message": "…"}}`.
struct ProblemResponses<Context: RequestContext>: RouterMiddleware {
  /// Called with each error that is not the client's, in one line.
  let report: @Sendable (String) -> Void

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as HTTPError {
      return Self.response(error.status, error.body ?? error.status.reasonPhrase, headers: error.headers)
    } catch StoreError.unknownSession(let number) {
      return Self.response(.notFound, "there is no comparison \(number)")
    } catch {
      report("\(request.uri.path): \(error)")
      return Self.response(.internalServerError, "the database could not be read; the server's output says more")
    }
  }

  private static func response(
    _ status: HTTPResponse.Status, _ message: String, headers: HTTPFields = [:]
  ) -> Response {
    var response = Response(json: ["error": ["message": .string(message)]], status: status)
    response.headers[.cacheControl] = "no-store"
    response.headers.append(contentsOf: headers)
    return response
  }
}
