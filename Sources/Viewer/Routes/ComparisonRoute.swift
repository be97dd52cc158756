import Hummingbird
import Report
import Store

/// `/api/comparisons/{number}`: one comparison with its verdict's document and the evidence of every block.
struct ComparisonRoute: ViewerRoute {
  let latest: LatestSnapshot
  let details: DetailSource

  func add(to router: some RouterMethods<some RequestContext>) {
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
  /// The comparison whose number a path has.
  ///
  /// - Throws: `HTTPError` (404) for anything else, however it is spelt.
  func comparison(named text: String?) throws -> Report.Comparison {
    guard let text, text.utf8.count <= 18, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = Int64(text), let comparison = self[SessionNumber(rawValue: number)]
    else {
      throw HTTPError(.notFound, message: "no verdict was recorded of such a comparison; /api/comparisons lists them")
    }
    return comparison
  }
}
