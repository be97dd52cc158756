import Checkpoint
import Foundation
import NativeEngine
import Statistics
import TestSupport
import Testing

@testable import Lanes

@Suite("Perplexity and divergence")
struct DivergenceTests {
  private let tokens = (0..<150).map { Int32(($0 * 7919 + 13) % 40_000) }

  private func session(_ set: String? = nil) throws -> Session {
    try Session(
      ModelFolder(contentsOf: TestModels.imported),
      options: Session.Options(threads: 1, contextLength: 128, instructionSet: set))
  }

  @Test("Windows score each token after the first once, with others before it")
  func windows() throws {
    for count in [2, 63, 64, 65, 200, 513] {
      let plan = try #require(TextWindows(length: 64, stride: 32)).windows(of: count)
      #expect(plan.flatMap(\.scored).map { $0 } == Array(1..<count))
      #expect(plan.allSatisfy { $0.range.count <= 64 && $0.range.lowerBound < $0.scored.lowerBound })
    }
    #expect(TextWindows(length: 64, stride: 64) == nil)
  }

  @Test("A model has no divergence from itself and agrees everywhere, also with a reference from a file")
  func selfCheck() throws {
    let windows = try #require(TextWindows(length: 128, stride: 64))
    let made = try ReferenceDistributions(of: tokens, by: try session(), windows: windows)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("references-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = ReferenceFile(in: folder, weights: "w", engine: "e", tokens: tokens, windows: windows)
    #expect(file.read() == nil)
    try file.write(made)
    let reference = try #require(file.read())
    #expect(reference == made)
    let reading = try TextReading(of: tokens, by: try session(), windows: windows, reference: reference)
    let divergence = Divergence(reading, reference: reference.logProbabilities)
    #expect(divergence.mean.mean == 0 && divergence.largest == 0 && divergence.agreement == 1)
    #expect(divergence.tokens == tokens.count - 1 && divergence.probabilityChange.mean == 0)
    #expect(divergence.perplexity == divergence.referencePerplexity)
  }

  @Test("A damaged reference file reads as nil")
  func damagedFile() throws {
    let windows = try #require(TextWindows(length: 16, stride: 8))
    let made = try ReferenceDistributions(of: Array(tokens.prefix(12)), by: try session(), windows: windows)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("references-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = ReferenceFile(in: folder, weights: "w", engine: "e", tokens: [1, 2], windows: windows)
    try file.write(made)
    let whole = try Data(contentsOf: file.url)
    for count in [0, 3, 36, 40, 60, whole.count - 1] {
      try whole.prefix(count).write(to: file.url)
      #expect(file.read() == nil)
    }
    try (whole + [0]).write(to: file.url)
    #expect(file.read() == nil)
  }

  @Test("Divergence from kept tokens is that over the whole vocabulary, within rounding")
  func truncation() throws {
    // A text, since a random order of tokens leaves far more to the improbable rest than any text does.
    let text = """
      The lighthouse keeper wrote down the weather every evening: wind from the north-west, a falling barometer, and two
      ships that had turned back before the headland. Nobody had asked for these notes, yet he kept them in good order.
      """
    let tokens = try LanguageModel(contentsOf: TestModels.imported).tokenizer.encode(text)
    let windows = try #require(TextWindows(length: 64, stride: 32))
    let folders = [TestModels.imported, TestModels.uniform]
    var logProbabilities: [[[Double]]] = []
    for folder in folders {
      var rows: [[Double]] = []
      try Session(ModelFolder(contentsOf: folder), options: .init(threads: 1, contextLength: 64)).logits(of: tokens) {
        let values = $0.map(Double.init)
        let largest = values.max() ?? 0
        let sum = largest + log(values.reduce(0) { $0 + exp($1 - largest) })
        rows.append(values.map { $0 - sum })
      }
      logProbabilities.append(rows.dropLast())
    }
    let exact = zip(logProbabilities[0], logProbabilities[1]).map { own, other in
      zip(own, other).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
    }
    let reference = try ReferenceDistributions(of: tokens, by: try session(), windows: windows)
    let lane = try Session(ModelFolder(contentsOf: TestModels.uniform), options: .init(threads: 1, contextLength: 64))
    let reading = try TextReading(of: tokens, by: lane, windows: windows, reference: reference)
    let (found, expected) = (BlockMean(reading.divergences).mean, BlockMean(exact).mean)
    #expect(abs(found / expected - 1) < 0.005, "\(found) against \(expected)")
  }

  @Test("Block means find the error of a series whose neighbours are equal")
  func blockMeans() throws {
    // Ten independent values, each thirty-two times: the error is that of ten, not of 320.
    let values = [3.0, 1, 4, 1, 5, 9, 2, 6, 5, 3]
    let mean = BlockMean(values.flatMap { [Double](repeating: $0, count: 32) })
    let average = values.reduce(0, +) / 10
    let variance = values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / 9
    #expect(abs(mean.mean - average) < 1e-12 && abs(mean.standardError - (variance / 10).squareRoot()) < 1e-12)
    let interval = try mean.interval(confidence: 0.95)
    #expect(abs(interval.upper - average - 2.2621572 * mean.standardError) < 1e-6)
  }
}
