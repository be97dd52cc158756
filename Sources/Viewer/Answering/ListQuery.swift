import Hummingbird

/// Which part of a list a request asks for: filters by equality, and a page of what is left.
struct ListQuery: Sendable, Equatable {
  private let wanted: [String: String]
  private let offset: Int
  private let limit: Int

  static let largestPage = 500

  /// - Parameter filters: The names that a request may give a value for.
  /// - Throws: `HTTPError` (400) for an offset or a limit that is no number in its range.
  init(_ request: Request, filters: [String]) throws {
    let parameters = request.uri.queryParameters
    wanted = Dictionary(
      filters.compactMap { name in parameters.get(name).map { (name, $0) } }, uniquingKeysWith: { first, _ in first })
    offset = try Self.number("offset", in: parameters, 0...Int(Int32.max)) ?? 0
    limit = try Self.number("limit", in: parameters, 1...Self.largestPage) ?? 50
  }

  /// The list as a JSON object: how many items the filters leave, and those of the page.
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
