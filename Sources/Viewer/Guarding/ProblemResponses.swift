import Hummingbird
import JSON
import Store

/// Answers errors as JSON: `{"error": {"message": "…"}}`.
struct ProblemResponses<Context: RequestContext>: RouterMiddleware {
  /// Hears of errors that are not the client's.
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
