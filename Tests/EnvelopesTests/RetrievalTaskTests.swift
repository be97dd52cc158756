import Foundation
import JSON
import Testing

@testable import Envelopes

@Suite("Retrieval and similarity tasks")
struct RetrievalTaskTests {
  private func task(_ members: [(String, JSONValue)]) throws -> AccuracyTask {
    let problems = ProblemList()
    let fields = FieldReader(
      JSONObject(members), path: "", cells: DeclaredCells(.null), schema: .rounds, problems: problems)
    let task = AccuracyTask(fields)
    fields.reportUnknownKeys()
    guard let task, problems.all.isEmpty else { throw EnvelopeError.invalid(file: "f", problems: problems.all) }
    return task
  }

  private func search(relevant: JSONValue = ["b"], _ more: [(String, JSONValue)] = []) throws -> AccuracyTask {
    try task(
      [
        ("id", "docs"), ("kind", "retrieval"),
        ("documents", [["id": "a", "text": "one"], ["id": "b", "text": "two"], ["id": "c", "text": "three"]]),
        ("items", [["id": "q1", "prompt": "which?", "relevant": relevant]]),
      ] + more)
  }

  private func pairs(_ count: Int, texts: JSONValue = ["one", "two"], score: JSONValue = 1) throws -> AccuracyTask {
    let items = (0..<count).map { ["id": .string("p\($0)"), "texts": texts, "score": score] as JSONValue }
    return try task([("id", "sts"), ("kind", "similarity"), ("items", .array(items))])
  }

  private func problems(_ make: () throws -> AccuracyTask) -> String {
    do {
      _ = try make()
      return "none"
    } catch { return "\(error)" }
  }

  @Test("A retrieval task has its documents and each query's relevant ones with their grades")
  func reading() throws {
    let task = try search(relevant: ["c": 3, "a": 1], [("recall_at", 2), ("truncation", true)])
    let retrieval = try #require(task.retrieval)
    #expect(
      retrieval.documents.map(\.id) == ["a", "b", "c"] && retrieval.recallCutoff == 2 && retrieval.allowsTruncation)
    #expect(task.items[0].options == ["c", "a"] && task.items[0].grades == [3, 1])
    #expect(task.indexedTexts == ["one", "two", "three"] && task.itemTexts == ["which?"])
    let plain = try search()
    #expect(
      plain.items[0].grades == [1] && plain.retrieval?.recallCutoff == 10 && plain.retrieval?.allowsTruncation == false)
  }

  @Test("A similarity task has two texts and a gold score each")
  func pairs() throws {
    let task = try pairs(30, score: 3.8)
    #expect(task.items[0].options == ["two"] && task.items[0].grades == [3.8] && task.retrieval == nil)
    #expect(task.indexedTexts.isEmpty && task.itemTexts.prefix(3) == ["one", "two", "one"])
  }

  @Test("What cannot be ranked is refused where it stands")
  func refused() {
    for relevant in [[], ["z"], ["a", "a"], ["a": 0], ["a": 101], [:], .null, "a", [3]] as [JSONValue] {
      #expect(problems { try search(relevant: relevant) }.contains("items[0].relevant: must be"), "\(relevant)")
    }
    #expect(problems { try search([("recall_at", 0)]) }.contains("recall_at"))
    #expect(problems { try search([("truncation", "yes")]) }.contains("truncation"))
    #expect(problems { try search([("chat", true)]) }.contains("chat: is an unknown key"))
    #expect(problems { try pairs(29) }.contains("items: needs at least 30 elements but has 29"))
    #expect(problems { try pairs(30, texts: ["one"]) }.contains("items[0].texts"))
    #expect(problems { try pairs(30, texts: ["one", " "]) }.contains("items[0].texts"))
    #expect(problems { try pairs(30, texts: ["one", "two", 3]) }.contains("items[0].texts"))
    #expect(problems { try pairs(30, score: "high") }.contains("items[0].score"))
    let twice: JSONValue = [["id": "a", "text": "one"], ["id": "a", "text": "two"]]
    #expect(
      problems {
        try task([
          ("id", "docs"), ("kind", "retrieval"), ("documents", twice),
          ("items", [["id": "q1", "prompt": "which?", "relevant": ["a"]]]),
        ])
      }.contains("documents[1]"))
  }

  @Test("Gains and recall of random rankings are those of trec_eval")
  func golden() throws {
    struct Case: Decodable {
      let cosines: [Double]
      let relevant: [Int]
      let grades: [Double]
      let ndcg: Double
      let recall: Double
    }
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/retrieval.json")
    let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
    #expect(cases.count >= 60)
    for golden in cases {
      let task = RetrievalTask(documents: [], recallCutoff: 10, allowsTruncation: false)
      let ranking = task.ranking(golden.cosines, relevant: golden.relevant, grades: golden.grades)
      let gain = RetrievalTask.discountedGain(ranks: ranking.ranks, grades: golden.grades)
      #expect(abs(gain - golden.ndcg) < 1e-9 && abs(task.recall(ranks: ranking.ranks) - golden.recall) < 1e-9)
      #expect(ranking.first == golden.cosines.indices.max { golden.cosines[$0] < golden.cosines[$1] })
    }
  }

  @Test("Vectors that tell nothing apart find nothing, wherever the relevant documents stand")
  func ties() {
    let task = RetrievalTask(documents: [], recallCutoff: 1, allowsTruncation: false)
    for relevant in [[0], [9], [0, 9]] {
      let ranking = task.ranking(
        [Double](repeating: 0.5, count: 10), relevant: relevant, grades: relevant.map { _ in 1 })
      #expect(!relevant.contains(ranking.first) && ranking.ranks.min() == 11 - relevant.count)
    }
    // The better of two relevant ones comes last, and no two documents have one rank.
    let graded = task.ranking([0.5, 0.5, 0.9, 0.5], relevant: [0, 1], grades: [2, 1])
    #expect(graded.ranks == [4, 3] && graded.first == 2)
  }

  @Test("A zero vector is near nothing")
  func zeros() {
    let zero = UnitVector([Float](repeating: 0, count: 3))
    #expect(zero.cosine(UnitVector([1, 2, 3] as [Float])) == 0 && zero.cosine(zero) == 0)
    #expect(abs(UnitVector([3, 4] as [Float]).cosine(UnitVector([6, 8] as [Float])) - 1) < 1e-15)
  }

  @Test(
    "What a cell times are the queries or documents of a retrieval task and the texts of pairs, and of no other task")
  func cells() throws {
    func cell(_ part: String, _ tasks: [AccuracyTask]) -> (cell: EmbeddingCell?, problems: String) {
      let problems = ProblemList()
      let fields = FieldReader(
        JSONObject([("id", "c"), ("task", "docs"), ("texts", .string(part)), ("batch", 2), ("turns", 3)]), path: "",
        cells: DeclaredCells(.null), schema: .rounds, problems: problems)
      return (EmbeddingCell(fields, tasks: tasks), problems.all.map { "\($0)" }.joined())
    }
    let task = try search()
    #expect(cell("queries", [task]).cell?.texts == ["which?"])
    #expect(cell("documents", [task]).cell?.texts(ofTurn: 2, round: 0) == ["three", "one"])
    #expect(cell("skills", [task]).problems.contains("there is no routing task \"docs\", which would have skills"))
    #expect(cell("pairs", [task]).problems.contains("there is no similarity task \"docs\""))
    #expect(cell("words", [task]).problems.contains("requests, skills, queries, documents, pairs"))
  }
}
