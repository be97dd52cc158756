import Envelopes
import Foundation
import JSON
import TestSupport
import Testing

@testable import TaskImport

@Suite("Search collections and scored pairs")
struct SearchImportTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let corpus = (0..<100).map { "{\"_id\": \"d\($0)\", \"title\": \"Title \($0)\", \"text\": \"Text \($0).\"}" }
    try folder.write(corpus.joined(separator: "\n"), to: "corpus.jsonl")
    let queries = (0..<20).map { "{\"_id\": \"q\($0)\", \"text\": \"Which \($0)?\"}" }
    try folder.write(queries.joined(separator: "\n") + "\n\n", to: "queries.jsonl")
    let judged = (0..<10).map { "q\($0)\td\(9 * $0)\t\($0 % 3 + 1)\nq\($0)\td\(9 * $0 + 1)\t0" }
    try folder.write("query-id\tcorpus-id\tscore\n" + judged.joined(separator: "\n"), to: "qrels/test.tsv")
  }

  private func retrieval(queries: Int = 50, documents: Int = 1000, seed: UInt64 = 1) throws -> JSONValue {
    try SearchCollection(folder: folder.url, split: "test").task(queries: queries, documents: documents, seed: seed)
  }

  private func envelope(_ retrieval: JSONValue?, _ pairs: JSONValue? = nil) throws -> Envelope {
    try Envelope(source: SearchEnvelope.of("mine", retrieval: retrieval, similarity: pairs))
  }

  @Test("A collection becomes a task with its queries, grades and documents, in the order of the files")
  func whole() throws {
    let envelope = try envelope(try retrieval())
    let task = try #require(envelope.accuracy.first)
    #expect(task.items.map(\.id) == (0..<10).map { "q\($0)" } && task.items[2].options == ["d18"])
    #expect(task.items.map { $0.grades[0] } == [1, 2, 3, 1, 2, 3, 1, 2, 3, 1])
    #expect(task.retrieval?.documents.map(\.id) == (0..<100).map { "d\($0)" })
    #expect(task.retrieval?.documents[7].text == "Title 7 Text 7." && task.retrieval?.allowsTruncation == true)
    #expect(envelope.embedding.map(\.part) == [.queries, .documents] && envelope.promotion.guardrails.count == 5)
  }

  @Test("A draw has all relevant documents of its queries, and a seed draws the same again")
  func draw() throws {
    let one = try retrieval(queries: 4, documents: 12)
    let (again, another) = (
      try retrieval(queries: 4, documents: 12), try retrieval(queries: 4, documents: 12, seed: 2)
    )
    #expect(one == again && one != another)
    let task = try #require(try envelope(one).accuracy.first)
    let documents = Set(task.retrieval?.documents.map(\.id) ?? [])
    #expect(task.items.count == 4 && documents.count == 12)
    #expect(task.items.allSatisfy { documents.isSuperset(of: $0.options) })
    // Fewer documents than the relevant ones need leave none of them out.
    let narrow = try #require(try envelope(try retrieval(queries: 10, documents: 1)).accuracy.first)
    #expect(narrow.items.count == 10 && narrow.retrieval?.documents.count == 12)
  }

  @Test("Ids that no envelope may have are numbered, and stay different")
  func strangeIDs() throws {
    try folder.write(
      #"{"_id": "http://a/b", "text": "x"}"# + "\n" + #"{"_id": "d-1", "text": "y"}"# + "\n"
        + #"{"_id": "", "text": "z"}"#,
      to: "corpus.jsonl")
    try folder.write("q1\thttp://a/b\t1\nq1\td-1\t1\n", to: "qrels/test.tsv")
    let task = try #require(try envelope(try retrieval()).accuracy.first)
    #expect(Set(task.retrieval?.documents.map(\.id) ?? []).count == 3 && task.items[0].options.count == 2)
  }

  @Test("Lines that end as on Windows are read alike")
  func carriageReturns() throws {
    let plain = try retrieval()
    let file = folder("qrels/test.tsv")
    let text = try String(contentsOf: file, encoding: .utf8)
    try folder.write(text.replacing("\n", with: "\r\n") + "\r\n", to: "qrels/test.tsv")
    #expect(try retrieval() == plain)
  }

  @Test("What is no collection is one error that says where")
  func malformed() throws {
    func problem(_ change: () throws -> Void) throws -> String {
      try change()
      do {
        _ = try retrieval()
        return "none"
      } catch { return "\(error)" }
    }
    let short = try problem { try folder.write("q1\td1", to: "qrels/test.tsv") }
    #expect(
      short == "qrels/test.tsv, line 1: must have a query, a document and a grade of at most 100, with tabs between")
    let unknown = try problem { try folder.write("q1\tdx\t1", to: "qrels/test.tsv") }
    #expect(unknown.contains("no query of the split test"))
    let notJSON = try problem { try folder.write("{", to: "corpus.jsonl") }
    #expect(notJSON.hasPrefix("corpus.jsonl, line 1:"))
    let number = try problem { try folder.write("{\"_id\": 3}", to: "queries.jsonl") }
    #expect(number.contains("queries.jsonl, line 1: _id"))
    let gone = try problem { try FileManager.default.removeItem(at: folder("queries.jsonl")) }
    #expect(gone.contains("can't be read"))
    #expect(throws: TaskImportError.nothingToSearch) { try envelope(nil) }
  }

  @Test("Pairs are read from tabs and from JSON lines alike")
  func pairs() throws {
    let rows = (0..<40).map { (first: "One \($0).", second: "Two, \"\($0)\".", score: Double($0 % 11) / 2) }
    let tabs = rows.map { "x\t\($0.score)\t\($0.first)\t\($0.second)\r" }.joined(separator: "\n")
    try folder.write("genre\tscore\tsentence1\tsentence2\r\n" + tabs, to: "pairs.tsv")
    let lines = rows.map { row in
      let json: JSONValue = [
        "sentence1": .string(row.first), "sentence2": .string(row.second), "score": .number(row.score),
      ]
      return json.serialized()
    }
    try folder.write(lines.joined(separator: "\n"), to: "pairs.jsonl")
    let read = try ["pairs.tsv", "pairs.jsonl"].map { name in
      try #require(try envelope(nil, try ScoredPairs(file: folder(name)).task(pairs: 35)).accuracy.first)
    }
    #expect(read[0].items == read[1].items && read[0].items.count == 35)
    #expect(read[0].items[3].grades == [1.5] && read[0].items[3].options == ["Two, \"3\"."])
    try folder.write("one\ttwo\tscore\n", to: "pairs.tsv")
    #expect(throws: TaskImportError.self) { try ScoredPairs(file: folder("pairs.tsv")).task(pairs: 35) }
    try folder.write("sentence1\tsentence2\tscore\na\tb\thigh\n", to: "pairs.tsv")
    #expect(throws: TaskImportError.self) { try ScoredPairs(file: folder("pairs.tsv")).task(pairs: 35) }
  }
}
