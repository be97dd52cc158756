import Hummingbird
import JSON
import Report
import Store

/// What a snapshot holds: `/api/roles`, `/api/frontier`, and the lists `/api/comparisons` and `/api/trends` by pages.
struct FactsRoutes: ViewerRoute {
  let latest: LatestSnapshot

  func add(to router: some RouterMethods<ViewerContext>) {
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

/// The part of a list that a request asks for: filters by equality, and a page of the remaining items.
struct ListQuery: Sendable, Equatable {
  private let wanted: [String: String]
  private let offset: Int
  private let limit: Int

  static let largestPage = 500

  /// - Parameter filters: The names of the filters that a request may use.
  /// - Throws: `HTTPError` (400) for an offset or a limit that is no number in its range.
  init(_ request: Request, filters: [String]) throws {
    let parameters = request.uri.queryParameters
    wanted = Dictionary(
      filters.compactMap { name in parameters.get(name).map { (name, $0) } }, uniquingKeysWith: { first, _ in first })
    offset = try Self.number("offset", in: parameters, 0...Int(Int32.max)) ?? 0
    limit = try Self.number("limit", in: parameters, 1...Self.largestPage) ?? 50
  }

  /// A JSON object with the number of items that pass the filters, and the items of the page.
  func page(of list: Snapshot.List, in snapshot: Snapshot) -> String {
    let items = snapshot.lists[list] ?? []
    let left = wanted.isEmpty ? items : items.filter { item in wanted.allSatisfy { item.names[$0.key] == $0.value } }
    let page = left.dropFirst(offset).prefix(limit)
    return "{\"total\":\(left.count),\"offset\":\(offset),\"limit\":\(limit),\"\(list.rawValue)\":["
      + page.map(\.json).joined(separator: ",") + "]}\n"
  }

  private static func number(_ name: String, in parameters: Parameters, _ range: ClosedRange<Int>) throws -> Int? {
    guard let text = parameters.get(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw HTTPError(.badRequest, message: "\(name) is a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}

/// `/api/status`: the holder of each role, what is open, what is being measured, and what the last night did.
struct StatusRoute: ViewerRoute {
  let latest: LatestSnapshot

  func add(to router: some RouterMethods<ViewerContext>) {
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

/// `/api/comparisons/{number}`: one comparison with the document of its verdict and the evidence of each block.
struct ComparisonRoute: ViewerRoute {
  let latest: LatestSnapshot
  let details: DetailSource

  func add(to router: some RouterMethods<ViewerContext>) {
    router.get("/api/comparisons/{number}") { request, context in
      let snapshot = latest.snapshot
      let comparison = try snapshot.comparison(named: context.parameters.get("number"))
      return try await request.answer(EntityTag(snapshot.revision)) {
        Response(json: try await details.detail(of: comparison, revision: snapshot.revision).json)
      }
    }
  }
}

extension Snapshot {
  /// The comparison of a path's number.
  ///
  /// - Throws: `HTTPError` (404) for any other text.
  func comparison(named text: String?) throws -> Report.Comparison {
    guard let text, text.utf8.count <= 18, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = Int64(text), let comparison = self[SessionNumber(rawValue: number)]
    else {
      throw HTTPError(.notFound, message: "no verdict was recorded of such a comparison; /api/comparisons lists them")
    }
    return comparison
  }
}

/// `/api/openapi.json`: the description of the other paths.
struct OpenAPIRoute: ViewerRoute {
  func add(to router: some RouterMethods<ViewerContext>) {
    router.get("/api/openapi.json") { _, _ in
      Response(
        status: .ok, headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-cache"],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_json)))
    }
  }
}
