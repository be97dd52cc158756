import Foundation
import Testing
@testable import Envelopes

@Suite("Shipped envelopes")
struct ShippedEnvelopeTests {
  /// What a shipped envelope promises its readers.
  struct Promise: Sendable, CustomTestStringConvertible {
    let id: String
    let blocks: Int
    let cells: [[Int]]
    let items: [AccuracyTask.Kind: Int]

    var testDescription: String { id }

    var file: URL {
      URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "envelopes/\(id).json")
    }

    static let all = [
      Promise(
        id: "smoke", blocks: 20, cells: [[48, 32], [96, 32], [192, 32]],
        items: [.perplexity: 5, .multipleChoice: 120]),
      Promise(
        id: "lane-ab", blocks: 24, cells: [[64, 64], [512, 128], [1024, 64]],
        items: [.multipleChoice: 1000, .cloze: 60, .exactMatch: 60, .perplexity: 10, .divergence: 10]),
      Promise(
        id: "nightly", blocks: 84, cells: [[64, 64], [512, 128]],
        items: [.multipleChoice: 2400, .cloze: 60, .exactMatch: 60]),
    ]
  }

  @Test("Cells, blocks and items are as promised, under the file's name", arguments: Promise.all)
  func counts(_ promise: Promise) throws {
    let envelope = try Envelope(contentsOf: promise.file)
    #expect(envelope.id == promise.id)
    #expect(envelope.plan.blocks == promise.blocks)
    #expect(envelope.throughput.map { [$0.promptTokens, $0.decodeTokens] } == promise.cells)
    let counts = envelope.accuracy.map { ($0.kind, $0.items.count) }
    #expect(Dictionary(counts, uniquingKeysWith: +) == promise.items)
  }

  @Test("Every task and the run's memory have a guardrail", arguments: Promise.all)
  func guardrails(_ promise: Promise) throws {
    let envelope = try Envelope(contentsOf: promise.file)
    let guarded = envelope.promotion.guardrails.filter { $0.metric == .accuracy }.compactMap(\.cell)
    #expect(guarded == envelope.accuracy.filter { !$0.kind.isText }.map(\.id))
    #expect(envelope.promotion.guardrails.contains { $0.metric == .peakMemory })
  }

  @Test("All of the time is guarded as it is spent", arguments: Promise.all)
  func time(_ promise: Promise) throws {
    let guardrails = try Envelope(contentsOf: promise.file).promotion.guardrails.filter { $0.metric == .totalTime }
    #expect(guardrails.map(\.mean) == [.arithmetic])
    #expect(guardrails.map(\.requests) == [.all])
  }

  @Test("A stall in every tenth request is among those of a win in 99 of 100 comparisons", arguments: Promise.all)
  func rareStalls(_ promise: Promise) throws {
    let envelope = try Envelope(contentsOf: promise.file)
    let requests = 2 * envelope.plan.minimumBlocks * envelope.throughput.count
    #expect(pow(0.9, Double(requests)) < 0.01)
  }

  @Test("No question is asked twice", arguments: Promise.all)
  func duplicates(_ promise: Promise) throws {
    let prompts = try Envelope(contentsOf: promise.file).accuracy.filter { !$0.kind.isText }.flatMap(\.items).map {
      $0.prompt.lowercased()
    }
    #expect(Set(prompts).count == prompts.count)
  }

  @Test("The right option is at each position about equally often", arguments: Promise.all)
  func places(_ promise: Promise) throws {
    for task in try Envelope(contentsOf: promise.file).accuracy where task.kind != .exactMatch && !task.kind.isText {
      let counts = Dictionary(grouping: task.items, by: \.answer).mapValues(\.count)
      #expect(task.items.allSatisfy { $0.options.count == 4 })
      #expect((0..<4).allSatisfy { 100 * counts[$0, default: 0] >= 15 * task.items.count }, "\(counts)")
    }
  }

  @Test("Arithmetic that can be read off a prompt has the right answer", arguments: Promise.all)
  func arithmetic(_ promise: Promise) throws {
    let items = try Envelope(contentsOf: promise.file).accuracy.filter { !$0.kind.isText }.flatMap(\.items)
    let sums = items.compactMap { item in Self.result(of: item.prompt).map { (item, $0) } }
    #expect(sums.count >= 8)
    for (item, result) in sums { #expect(item.options[item.answer] == String(result), "\(item.id)") }
  }

  @Test("Each item is one line of the file", arguments: Promise.all)
  func layout(_ promise: Promise) throws {
    let lines = try String(contentsOf: promise.file, encoding: .utf8).split(separator: "\n")
    let items = try Envelope(contentsOf: promise.file).accuracy.flatMap(\.items)
    #expect(lines.count { $0.contains("\"prompt\":") } == items.count)
  }

  /// The value of the last `a + b` of a prompt, in signs or words.
  private static func result(of prompt: String) -> Int? {
    guard let match = prompt.matches(of: /(\d+) (\+|-|x|\/|plus|minus|times|divided by) (\d+)/).last,
      let left = Int(match.1), let right = Int(match.3)
    else { return nil }
    return switch match.2 {
    case "+", "plus": left + right
    case "-", "minus": left - right
    case "x", "times": left * right
    default: left / right
    }
  }
}
