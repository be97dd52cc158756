import Envelopes
import Foundation
import JSON
import Platform

/// A search collection in the layout of BEIR: `corpus.jsonl`, `queries.jsonl` and `qrels/SPLIT.tsv`, as a retrieval task.
///
/// Source: N. Thakur et al., *BEIR: a heterogeneous benchmark for zero-shot evaluation of information retrieval models*,
/// NeurIPS 2021.
public struct SearchCollection: Sendable {
  private let folder: URL
  private let split: String

  /// - Parameter split: Whose judgements are used: the name of a file in `qrels`.
  public init(folder: URL, split: String) {
    self.folder = folder
    self.split = split
  }

  /// A draw of its queries, with all their relevant documents and a draw of the others, as an envelope writes a task.
  ///
  /// The corpus is read in constant memory. Who leaves documents out makes the task easier: the figures are not those of the
  /// whole collection, but both models get the same ones.
  ///
  /// - Parameters:
  ///   - limit: The most queries.
  ///   - documentLimit: The most documents; more where the queries' relevant ones are more.
  /// - Throws: `.malformed`, `.missingFile`, `.noQueries`.
  public func task(queries limit: Int, documents documentLimit: Int, seed: UInt64) throws(TaskImportError) -> JSONValue
  {
    let judgements = try judgements()
    var texts: [(id: String, text: String)] = []
    try DataFile(folder, "queries.jsonl").forEachRow { row throws(TaskImportError) in
      let id = try row.member("_id", \.string)
      guard judgements[id] != nil else { return }
      let text = try row.member("text", \.string)
      if !text.allSatisfy(\.isWhitespace) { texts.append((id, text)) }
    }
    var random = SplitMix64(seed: seed)
    var chosen = Draw<(id: String, text: String)>(limit: limit)
    for text in texts { chosen.offer(text, &random) }
    let relevant = chosen.kept.reduce(into: Set<String>()) { ids, query in
      ids.formUnion((judgements[query.value.id] ?? [:]).keys)
    }
    let corpus = try readCorpus(relevant, others: max(documentLimit - relevant.count, 2), &random)
    var names = PublicNames()
    let documentNames = Dictionary(
      corpus.documents.map { ($0.id, names.name(of: $0.id, prefix: "d")) }, uniquingKeysWith: { first, _ in first })
    var items: [JSONValue] = []
    var queryNames = PublicNames()
    for query in chosen.kept.map(\.value) {
      let grades = (judgements[query.id] ?? [:]).compactMap { id, grade in
        documentNames[id].map { (name: $0, grade: grade) }
      }
      guard !grades.isEmpty else { continue }
      items.append([
        "id": .string(queryNames.name(of: query.id, prefix: "q")), "prompt": .string(query.text),
        "relevant": .object(JSONObject(grades.sorted { $0.name < $1.name }.map { ($0.name, .integer($0.grade)) })),
      ])
    }
    guard !items.isEmpty else { throw .noQueries(folder: folder.path, split: split) }
    let documents = corpus.documents.map { document -> JSONValue in
      ["id": .string(documentNames[document.id] ?? document.id), "text": .string(document.text)]
    }
    return [
      "id": "search", "kind": "retrieval",
      "origin": [
        "collection": .string(folder.lastPathComponent), "split": .string(split),
        "drawn": .string(
          "\(items.count) of \(texts.count) queries, \(documents.count) of \(corpus.count) documents, seed \(seed)"),
        "corpus_sha256": .string(corpus.hash),
      ],
      "truncation": true, "documents": .array(documents), "items": .array(items),
    ]
  }

  /// Of each query the relevant documents with their grades.
  private func judgements() throws(TaskImportError) -> [String: [String: Int]] {
    var judgements: [String: [String: Int]] = [:]
    let file = DataFile(folder, "qrels/\(split).tsv")
    try file.forEachLine { line, number throws(TaskImportError) in
      let fields = String(decoding: line, as: UTF8.self).split(separator: "\t", omittingEmptySubsequences: false)
      if number == 1, fields.first == "query-id" { return }
      guard fields.count == 3, let grade = Int(fields[2].trimmingCharacters(in: .whitespacesAndNewlines)), grade <= 100
      else {
        throw file.malformed(number, "must have a query, a document and a grade of at most 100, with tabs between")
      }
      if grade > 0 { judgements[String(fields[0]), default: [:]][String(fields[1])] = grade }
    }
    return judgements
  }

  private struct Corpus {
    var documents: [(id: String, text: String)]
    var count: Int
    var hash: String
  }

  /// The documents of those ids and a draw of the others, in the order of the file.
  private func readCorpus(
    _ relevant: Set<String>, others: Int, _ random: inout SplitMix64
  ) throws(TaskImportError) -> Corpus {
    var kept: [(place: Int, document: (id: String, text: String))] = []
    var drawn = Draw<(id: String, text: String)>(limit: others)
    var (place, draws) = (0, random)
    let hash = try DataFile(folder, "corpus.jsonl").forEachRow { row throws(TaskImportError) in
      let id = try row.member("_id", \.string)
      let title = row.value["title"]?.string ?? ""
      let text = "\(title) \(try row.member("text", \.string))".trimmingCharacters(in: .whitespacesAndNewlines)
      guard !text.isEmpty else { return }
      if relevant.contains(id) { kept.append((place, (id, text))) } else { drawn.offer((id, text), at: place, &draws) }
      place += 1
    }
    random = draws
    let all = (kept + drawn.kept.map { ($0.place, $0.value) }).sorted { $0.0 < $1.0 }.map(\.1)
    return Corpus(documents: all, count: place, hash: hash)
  }
}

/// A random choice of so many of a stream's values, each as likely as any other.
///
/// Source: J. S. Vitter, *Random sampling with a reservoir*, ACM TOMS 11 (1985) 37–57, algorithm R.
private struct Draw<Value> {
  let limit: Int
  private var seen = 0
  private var reservoir: [(place: Int, value: Value)] = []

  init(limit: Int) { self.limit = limit }

  /// In the order of the stream.
  var kept: [(place: Int, value: Value)] { reservoir.sorted { $0.place < $1.place } }

  mutating func offer(_ value: Value, at place: Int? = nil, _ random: inout SplitMix64) {
    defer { seen += 1 }
    let entry = (place: place ?? seen, value: value)
    if reservoir.count < limit { return reservoir.append(entry) }
    let index = random.nextIndex(below: seen + 1)
    if index < limit { reservoir[index] = entry }
  }
}

/// Ids as an envelope may have them: the collection's own where they are such, else numbered ones.
private struct PublicNames {
  private var taken: Set<String> = []

  mutating func name(of id: String, prefix: String) -> String {
    if Identifiers.isIdentifier(id), taken.insert(id).inserted { return id }
    var number = taken.count + 1
    while !taken.insert("\(prefix)-\(number)").inserted { number += 1 }
    return "\(prefix)-\(number)"
  }
}
