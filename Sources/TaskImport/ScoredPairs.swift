import Foundation
import JSON

/// Pairs of texts with gold scores, as a similarity task: a file of tabs with a header, or of JSON lines.
///
/// The columns or members are `sentence1`, `sentence2` and `score`, as the data of semantic textual similarity has them.
public struct ScoredPairs: Sendable {
  private let file: URL

  public init(file: URL) { self.file = file }

  private static let columns = ["sentence1", "sentence2", "score"]

  /// The first pairs, as an envelope writes a task.
  ///
  /// - Parameter limit: The most pairs.
  /// - Throws: `.malformed`, `.missingFile`.
  public func task(pairs limit: Int) throws(TaskImportError) -> JSONValue {
    let pairs = try (file.pathExtension == "tsv" ? rowsOfTabs() : rowsOfJSON())
    let items = pairs.prefix(limit).enumerated().map { index, pair -> JSONValue in
      [
        "id": .string("p\(index + 1)"), "texts": [.string(pair.first), .string(pair.second)],
        "score": .number(pair.score),
      ]
    }
    return [
      "id": "pairs", "kind": "similarity",
      "origin": [
        "file": .string(file.lastPathComponent), "drawn": .string("the first \(items.count) of \(pairs.count) pairs"),
      ], "items": .array(items),
    ]
  }

  private typealias Pair = (first: String, second: String, score: Double)

  private var data: DataFile { DataFile(file.deletingLastPathComponent(), file.lastPathComponent) }

  private func rowsOfJSON() throws(TaskImportError) -> [Pair] {
    var pairs: [Pair] = []
    try data.forEachRow { row throws(TaskImportError) in
      pairs.append(
        (
          try row.member(Self.columns[0], \.string), try row.member(Self.columns[1], \.string),
          try row.member(Self.columns[2], \.number)
        ))
    }
    return pairs
  }

  private func rowsOfTabs() throws(TaskImportError) -> [Pair] {
    var (places, pairs): ([Int], [Pair]) = ([], [])
    let data = data
    try data.forEachLine { line, number throws(TaskImportError) in
      let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .newlines)
      let fields = text.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      if places.isEmpty {
        places = Self.columns.compactMap { fields.firstIndex(of: $0) }
        guard places.count == Self.columns.count else {
          throw data.malformed(number, "must name the columns \(Self.columns.joined(separator: ", "))")
        }
        return
      }
      guard let last = places.max(), last < fields.count, let score = Double(fields[places[2]]), score.isFinite else {
        throw data.malformed(number, "lacks a column that the header names, or its score is no number")
      }
      pairs.append((fields[places[0]], fields[places[1]], score))
    }
    return pairs
  }
}
