import Crypto
import Foundation
import Hummingbird
import Report

/// The pages of the report, under the paths of their files.
struct PagesRoute: ViewerRoute {
  let latest: LatestSnapshot
  let details: DetailSource
  let charts: ChartLibrary?
  /// Whether only this machine can ask.
  let isLoopback: Bool

  func add(to router: some RouterMethods<ViewerContext>) {
    for path: RouterPath in ["/", "/index.html"] {
      router.get(path) { request, _ in try await page(for: request) { $0.index } }
    }
    router.get("/fit.html") { request, _ in
      try await page(for: request) { snapshot in
        guard let page = snapshot.fit else { throw HTTPError(.notFound) }
        return page
      }
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
          .page(charts, from: isLoopback ? .database : .sharedDatabase, liveRevision: snapshot.revision)
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

  /// Only the report's own files are loaded and run, whatever names from outside contain.
  private static let policy =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none';"
    + " frame-ancestors 'none'"
}

/// The files that pages load.
struct AssetsRoute: ViewerRoute {
  private let assets: [(path: String, bytes: Data, tag: EntityTag)]

  init(charts: ChartLibrary?) {
    assets = ([.live] + ReportAsset.all(charts)).map { asset in
      let hash = SHA256.hash(data: asset.bytes).prefix(12).map { String($0, radix: 36) }.joined(separator: "-")
      return ("/" + asset.path, asset.bytes, EntityTag(hash))
    }
  }

  func add(to router: some RouterMethods<ViewerContext>) {
    for asset in assets {
      let type = asset.path.hasSuffix(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8"
      router.get(RouterPath(asset.path)) { request, _ in
        try await request.answer(asset.tag) {
          Response(
            status: .ok, headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes)))
        }
      }
    }
  }
}
