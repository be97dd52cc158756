import Foundation
import JSON

extension SitePackages {
  /// The tasks of every source that is there, as an envelope writes them.
  ///
  /// - Parameter verses: How many items to make of the King James Bible, at most.
  /// - Throws: `.nothingFound`, `.malformed`.
  public func tasks(verses: Int) throws(TaskSourceError) -> [JSONValue] {
    var tasks: [JSONValue] = []
    for source in TaskSource.allCases {
      guard let data = data(of: source) else { continue }
      tasks.append(try task(source, data, verses: verses))
    }
    guard !tasks.isEmpty else { throw .nothingFound(folder: folder.path) }
    return tasks
  }

  private func task(_ source: TaskSource, _ data: Data, verses: Int) throws(TaskSourceError) -> JSONValue {
    let rows = try rows(of: source, data)
    var (kind, items, members) = ("multiple_choice", [JSONValue](), [(String, JSONValue)]())
    switch source {
    case .gsm8k:
      (kind, members) = ("number", [("chat", true), ("max_tokens", 320)])
      for row in rows { items.append(try Self.gsm8k(row)) }
    case .hellaswag:
      for row in rows { items.append(try Self.choice(row, "ctx", "endings", lead: "", tail: "")) }
    case .truthfulqa:
      for row in rows { items.append(try Self.choice(row, "question", "choices", lead: "Q: ", tail: "\nA:")) }
    case .ifbench:
      (kind, members) = ("instructions", [("chat", true), ("max_tokens", 512)])
      for row in rows { if let item = try IFBench.item(row) { items.append(item) } }
    case .verses:
      items = try KingJames(rows).endings(verses)
    case .passages:
      kind = "perplexity"
      items = try KingJames(rows).passages()
    }
    return .object(
      JSONObject(
        [("id", .string(source.rawValue)), ("kind", .string(kind))] + members
          + [("origin", origin(of: source, data)), ("items", .array(items))]))
  }

  private static func gsm8k(_ row: Row) throws(TaskSourceError) -> JSONValue {
    [
      "id": .string(try row.member("id", \.string)),
      "prompt": .string(try row.member("prompt", \.string) + "\nThink step by step and end with the answer, a number."),
      "options": [.string(try row.member("expected", \.string).trimmingCharacters(in: .whitespaces))],
    ]
  }

  /// A question with options, without those that stand there twice.
  private static func choice(
    _ row: Row, _ question: String, _ choices: String, lead: String, tail: String
  ) throws(TaskSourceError) -> JSONValue {
    let all = try row.member(choices) { $0.array?.compactMap(\.string) }
      .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
    let index = try row.member("expected_index", \.integer)
    guard all.indices.contains(index) else {
      throw .malformed(file: row.file, line: row.line, reason: "expected_index is none of the \(all.count) options")
    }
    var options: [String] = []
    for option in all where !option.isEmpty && !options.contains(option) { options.append(option) }
    return [
      "id": .string(try row.member("id", \.string)),
      "prompt": .string(
        lead + (try row.member(question, \.string)).trimmingCharacters(in: .whitespacesAndNewlines) + tail),
      "options": .array(options.map { .string($0) }), "answer": .integer(options.firstIndex(of: all[index]) ?? 0),
    ]
  }
}
