import Foundation
import TestSupport
import Testing

/// A search collection becomes an envelope, and a model is measured by it, through the built program.
@Suite("Searching on the command line")
struct SearchTests {
  private let folder: TemporaryFolder
  private let program: Program

  init() throws {
    folder = try TemporaryFolder()
    program = Program(in: folder.url)
    let texts = ["the book", "baking", "the weather?", "table", "book the table"]
    func lines(_ prefix: String) -> String {
      texts.enumerated().map { "{\"_id\": \"\(prefix)\($0)\", \"text\": \"\($1)\"}\n" }.joined()
    }
    try folder.write(lines("d"), to: "scifact/corpus.jsonl")
    try folder.write(lines("q"), to: "scifact/queries.jsonl")
    try folder.write(texts.indices.map { "q\($0)\td\($0)\t1\n" }.joined(), to: "scifact/qrels/test.tsv")
    let pairs = (0..<30).map { "\(texts[$0 % 5])\t\(texts[$0 * 3 % 5])\t\($0 % 4)\n" }.joined()
    try folder.write("sentence1\tsentence2\tscore\n" + pairs, to: "pairs.tsv")
  }

  @Test("A collection and pairs become an envelope, and a run prints what the model finds with units")
  func measured() throws {
    let made = try program.run("envelope", "import-search", "scifact", "--pairs", "pairs.tsv", "--out", "search.json")
    #expect(made.status == 0 && made.output.contains("search.json: 5 queries, 5 documents, 30 pairs, hash "), "\(made)")
    let shown = try program.run("envelope", "show", "search.json")
    #expect(shown.output.contains("5 queries, found among 5 documents by the cosine, recall among the first 10"))
    #expect(!shown.output.contains("McNemar"), "no answer of it is right or wrong")
    let embedder = try TinyEmbedder.complete()
    let run = try program.run("run", embedder.url.path, "--envelope", "search.json", "--threads", "1")
    #expect(run.status == 0, "\(run.errors)")
    for part in ["| nDCG@10 |", "| recall@k | 100 % |", "| Spearman's rank correlation |", " rho |"] {
      #expect(run.output.contains(part), "\(part) is missing in \(run.output)")
    }
  }

  @Test("What no noise is simulated for is refused by calibrate, with what to do instead")
  func calibrated() throws {
    _ = try program.run("envelope", "import-search", "scifact", "--out", "search.json")
    let result = try program.run("calibrate", "--envelope", "search.json")
    #expect(result.status != 0 && result.errors.contains("no objective of search is on throughput"), "\(result)")
  }

  @Test("A folder that is no collection, and no folder at all, are one error")
  func refused() throws {
    let empty = try program.run("envelope", "import-search", ".", "--out", "search.json")
    #expect(empty.status != 0 && empty.errors.contains("a collection has corpus.jsonl, queries.jsonl"), "\(empty)")
    let nothing = try program.run("envelope", "import-search")
    #expect(nothing.status != 0 && nothing.errors.contains("name a collection's folder, or pairs with --pairs"))
    #expect(!folder.names.contains("search.json"))
  }
}
