import Checkpoint
import Foundation
import JSON
import TestSupport
import Testing
import WorkerProtocol

@testable import NativeEngine

/// Every family and lane against mlx-lm, on tiny checkpoints of random weights.
@Suite("Families", .enabled(if: !FamilyGolden.known.isEmpty, "make families makes the checkpoints"))
struct FamilyTests {
  private static let limit: Float = 0.02

  @Test("Logits of a prompt of 600 tokens are mlx-lm's, at once and cut at odd places", arguments: FamilyGolden.known)
  func prompts(golden: FamilyGolden) throws {
    let session = try golden.session()
    var row = 0
    var rows: [Int: [Float]] = [:]
    try session.logits(of: golden.prompt) { logits in
      if golden.positions.contains(row) { rows[row] = golden.columns.map { logits[$0] } }
      row += 1
    }
    #expect(row == golden.prompt.count && rows.count == golden.positions.count)
    for (position, expected) in zip(golden.positions, golden.sample) {
      let found = try #require(rows[position])
      #expect(largestDifference(found, expected.map(Float.init)) < Self.limit, "position \(position)")
    }
    session.rewind(to: 0)
    let last = golden.last.map(Float.init)
    #expect(largestDifference(Array(try session.prefill(golden.prompt)), last) < Self.limit)
    session.rewind(to: 0)
    var rest = golden.prompt[...]
    for count in [1, 6, 121, 1, 255] {
      try session.prefillPart(rest.prefix(count), sequence: 0)
      rest = rest.dropFirst(count)
    }
    #expect(largestDifference(Array(try session.prefillEnd(rest, sequence: 0)), last) < Self.limit)
  }

  @Test(
    "Tokens one by one after a part of the prompt have mlx-lm's logits, also after going back",
    arguments: FamilyGolden.known)
  func decoding(golden: FamilyGolden) throws {
    let session = try golden.session()
    let last = golden.last.map(Float.init)
    _ = try session.prefill(golden.prompt.prefix(460))
    for token in golden.prompt[460..<599] { _ = try session.decode(token) }
    #expect(largestDifference(Array(try session.decode(golden.prompt[599])), last) < Self.limit)
    // Other tokens, then back: at worst the prompt is processed again from where a state was kept.
    _ = try session.decode(golden.prompt[3])
    session.rewind(to: 470)
    #expect(session.tokens == Array(golden.prompt.prefix(session.tokens.count)))
    let rest = golden.prompt.dropFirst(session.tokens.count)
    #expect(largestDifference(Array(try session.prefill(rest)), last) < Self.limit)
  }

  @Test("48 tokens that are likeliest are mlx-lm's, alone and in a batch", arguments: FamilyGolden.known)
  func greedy(golden: FamilyGolden) throws {
    let session = try golden.session(sequences: 2, threads: 2)
    var newest: [Int32] = []
    for sequence in 0..<2 {
      newest.append(Sampler.likeliest(try session.prefill(golden.greedyPrompt, sequence: sequence)))
    }
    var found: [Int32] = []
    while found.count < golden.greedy.count {
      found.append(newest[0])
      #expect(newest[0] == newest[1])
      newest = try session.decode(newest).map(Sampler.likeliest)
    }
    #expect(found == golden.greedy)
  }

  @Test(
    "Weights in memory of their own, whose rows may stand in blocks, have mlx-lm's logits and likeliest tokens",
    arguments: FamilyGolden.known)
  func weightsInMemory(golden: FamilyGolden) throws {
    let last = golden.last.map(Float.init)
    let session = try golden.session(.fixed16, placement: .memory)
    #expect(largestDifference(Array(try session.prefill(golden.prompt)), last) < Self.limit)
    session.rewind(to: 0)
    _ = try session.prefill(golden.prompt.prefix(590))
    for token in golden.prompt[590..<599] { _ = try session.decode(token) }
    #expect(largestDifference(Array(try session.decode(golden.prompt[599])), last) < Self.limit)
    session.rewind(to: 0)
    var newest = Sampler.likeliest(try session.prefill(golden.greedyPrompt))
    var found: [Int32] = []
    while found.count < golden.greedy.count {
      found.append(newest)
      newest = Sampler.likeliest(try session.decode(newest))
    }
    #expect(found == golden.greedy)
  }

  @Test("A batch of texts has the scores of each alone, and threads do not change a bit", arguments: FamilyGolden.known)
  func batches(golden: FamilyGolden) throws {
    let session = try golden.session()
    let prompt = Array(golden.prompt.prefix(40))
    let items = [
      ScoreItem(prompt: prompt, continuations: [Array(golden.prompt[100..<110]), Array(golden.prompt[200..<203])]),
      ScoreItem(prompt: Array(golden.prompt[50..<90]), continuations: [Array(golden.prompt[300..<305])]),
      ScoreItem(prompt: Array(golden.prompt.prefix(500)), continuations: [Array(golden.prompt[500..<520])]),
    ]
    let scores = try session.score(items)
    for (item, found) in zip(items, scores) {
      for (continuation, scores) in zip(item.continuations, found) {
        session.rewind(to: 0)
        let alone = try session.score(continuation, after: item.prompt)
        #expect(largestDifference(alone, scores) < 1e-3)
      }
    }
    #expect(try golden.session(threads: 3).score(items) == scores)
  }

  @Test(
    "Layers one after the other, over two texts in turn, have the states of all at once", arguments: FamilyGolden.known)
  func layers(golden: FamilyGolden) throws {
    // Lanes do not measure layers of interleaved rotation.
    if try golden.session().decoder.matrices.contains(where: \.linear.isReordered) { return }
    let model = try LayerwiseModel(ModelFolder(contentsOf: golden.folder), threads: 1, sequenceLength: 256)
    let texts = [golden.prompt.prefix(250), golden.prompt.suffix(60)].map(Array.init)
    let whole = try texts.map { states(model.run(0..<model.layerCount, on: try model.embed($0)), model) }
    var parts = try texts.map(model.embed)
    for layer in 0..<model.layerCount { parts = parts.map { model.run(layer..<layer + 1, on: $0) } }
    #expect(parts.map { states($0, model) } == whole)
  }

  private func states(_ states: HiddenStates, _ model: LayerwiseModel) -> [[Float]] {
    var values: [[Float]] = []
    model.headInputs(from: states) { inputs in
      for token in 0..<inputs.tokens { values.append((0..<inputs.features).map { inputs[$0, token] }) }
    }
    return values
  }
}
