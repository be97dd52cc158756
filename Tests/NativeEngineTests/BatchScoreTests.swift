import Checkpoint
import Foundation
import Platform
import TestSupport
import Testing
import WorkerProtocol

@testable import NativeEngine

/// Batches against the same continuations scored one at a time, by the small model.
@Suite("Scores of batches")
struct BatchScoreTests {
  private let folder: ModelFolder

  init() throws { folder = try ModelFolder(contentsOf: TestModels.uniform) }

  private func session(_ options: Session.Options) throws -> Session { try Session(folder, options: options) }

  /// Items of random tokens, with 1 to 5 continuations.
  private func items(_ count: Int, longest: Int, _ generator: inout SplitMix64) -> [ScoreItem] {
    var items: [ScoreItem] = []
    for _ in 0..<count {
      var item = ScoreItem(prompt: tokens(1 + generator.nextIndex(below: longest), &generator), continuations: [])
      for _ in 0...generator.nextIndex(below: 5) {
        item.continuations.append(tokens(1 + generator.nextIndex(below: longest), &generator))
      }
      items.append(item)
    }
    return items
  }

  private func tokens(_ count: Int, _ generator: inout SplitMix64) -> [Int32] {
    var tokens: [Int32] = []
    for _ in 0..<count { tokens.append(Int32(generator.nextIndex(below: 49_152))) }
    return tokens
  }

  /// The scores of each continuation alone, from an empty cache.
  private func alone(_ items: [ScoreItem], _ session: Session) throws -> [[[Float]]] {
    try items.map { item in
      try item.continuations.map { continuation in
        session.rewind(to: 0)
        return try session.score(continuation, after: item.prompt)
      }
    }
  }

  private func expectEqual(_ batch: [[[Float]]], _ alone: [[[Float]]], of items: [ScoreItem]) {
    #expect(batch.map { $0.map(\.count) } == alone.map { $0.map(\.count) })
    for (index, item) in items.enumerated() {
      for (continuation, tokens) in item.continuations.enumerated() {
        // Two tokens in all are decoded, which rounds otherwise.
        let limit: Float = item.prompt.count + tokens.count == 2 ? 0.05 : 0
        let pairs = zip(batch[index][continuation], alone[index][continuation])
        #expect(
          pairs.allSatisfy { abs($0 - $1) <= limit },
          "a continuation of \(tokens.count) after \(item.prompt.count) tokens")
      }
    }
  }

  @Test("A batch has the scores of its continuations alone to the last bit, on any number of threads")
  func random() throws {
    let sessions = try [1, 2, 3].map { try session(.init(threads: $0, contextLength: 256)) }
    var generator = SplitMix64(seed: 7)
    for longest in [2, 6, 12, 25, 60] {
      let items = items(8, longest: longest, &generator)
      let expected = try alone(items, sessions[1])
      let batches = try sessions.map { try $0.score(items) }
      expectEqual(batches[1], expected, of: items)
      #expect(batches[0] == batches[1] && batches[2] == batches[1])
    }
  }

  @Test("The order of a batch, its size, and what the cache held before do not change a bit")
  func composition() throws {
    let session = try session(.init(threads: 1, contextLength: 256))
    var generator = SplitMix64(seed: 8)
    let items = items(12, longest: 30, &generator) + items(2, longest: 90, &generator)
    let whole = try session.score(items)
    #expect(try session.score(items.reversed()) == whole.reversed())
    for (item, expected) in zip(items, whole) {
      session.rewind(to: 0)
      _ = try session.prefill(item.prompt)
      for token in item.continuations[0].prefix(2) { _ = try session.decode(token) }
      #expect(try session.score([item]) == [expected])
    }
  }

  @Test("Items that exceed a chunk are scored like others, whether the prompt is long or a continuation")
  func long() throws {
    let session = try session(.init(threads: 1, contextLength: 1024))
    let chunk = session.panels.tokenCapacity
    var generator = SplitMix64(seed: 9)
    let lengths: [(prompt: Int, continuations: [Int])] = [
      (chunk - 1, [1, 1]), (chunk, [1]), (chunk + 1, [1, 2, 3]), (2 * chunk + 5, [chunk, chunk + 1, 7, 1]),
      (1, [chunk + 1, chunk, chunk - 1]), (5, Array(repeating: 40, count: 6)),
    ]
    var items: [ScoreItem] = []
    for length in lengths {
      var item = ScoreItem(prompt: tokens(length.prompt, &generator), continuations: [])
      for count in length.continuations { item.continuations.append(tokens(count, &generator)) }
      items.append(item)
    }
    let batch = try session.score(items)
    expectEqual(batch, try alone(items, session), of: items)
  }

  @Test(
    "So it is with every instruction set and either precision of the cache", arguments: InstructionSet.available,
    CachePrecision.allCases)
  func instructionSets(set: InstructionSet, precision: CachePrecision) throws {
    let session = try session(
      .init(threads: 1, contextLength: 256, cachePrecision: precision, instructionSet: set.rawValue))
    var generator = SplitMix64(seed: 10)
    // The scalar kernels are slow.
    var items = set == .scalar ? items(1, longest: 4, &generator) : items(3, longest: 8, &generator)
    // More than a span of attention.
    if set != .scalar { items += [ScoreItem(prompt: tokens(70, &generator), continuations: [[5, 6], [7]])] }
    expectEqual(try session.score(items), try alone(items, session), of: items)
  }

  @Test("Weights in bfloat16 are scored as exactly in a batch, whatever was rounded before")
  func bfloat16() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("bf16-\(UUID())")
    defer { try? FileManager.default.removeItem(at: url) }
    try folder.write(.bf16, to: url)
    let session = try Session(ModelFolder(contentsOf: url), options: .init(threads: 1, contextLength: 512))
    var generator = SplitMix64(seed: 11)
    let prompt = tokens(session.panels.tokenCapacity + 3, &generator)
    let items = items(3, longest: 20, &generator) + [ScoreItem(prompt: prompt, continuations: [[5, 6, 7], [8, 9]])]
    _ = try session.prefill(prompt)
    expectEqual(try session.score(items), try alone(items, session), of: items)
  }

  @Test("A batch with an item that cannot be scored is refused, and the session keeps its tokens")
  func refused() throws {
    let session = try session(.init(threads: 1, contextLength: 16))
    _ = try session.prefill([1, 2, 3])
    let good = ScoreItem(prompt: [1, 2], continuations: [[3]])
    for (bad, error) in [
      (ScoreItem(prompt: [], continuations: [[3]]), EngineError.noTokens),
      (ScoreItem(prompt: [1], continuations: [[2], []]), .noTokens),
      (ScoreItem(prompt: [1], continuations: [[-1]]), .tokenOutOfRange(-1, vocabularySize: 49_152)),
      (
        ScoreItem(prompt: [1, 2], continuations: [[3], Array(repeating: 4, count: 15)]),
        .contextExceeded(needed: 17, capacity: 16)
      ),
    ] {
      #expect(throws: error) { try session.score([good, bad]) }
    }
    #expect(session.tokens == [1, 2, 3])
    #expect(try session.score([]).isEmpty)
  }

  @Test("Groups are within their capacity and hold everything once")
  func groups() {
    var generator = SplitMix64(seed: 12)
    for capacity in [1, 24, 192] {
      var sizes: [Int] = []
      for _ in 0..<50 { sizes.append(generator.nextIndex(below: capacity + 1)) }
      let groups = PackedChunk.groups(of: sizes, capacity: capacity)
      #expect(groups.flatMap { $0 }.sorted() == Array(sizes.indices))
      #expect(groups.allSatisfy { $0.reduce(0) { $0 + sizes[$1] } <= capacity })
    }
    #expect(PackedChunk.groups(of: [3, 5, 4, 1], capacity: 6) == [[1, 3], [2], [0]])
  }
}
