import CKernels
import Checkpoint
import Foundation
import TestSupport
import Testing

@testable import NativeEngine

@Suite("Session")
struct SessionTests {
  private let tokens: [Int32] = (0..<70).map { Int32($0 * 613 % 49_152) }

  /// Rows stand in blocks if the weights are in memory of their own.
  private static let placements: [MappedFile.Placement] = [.cache, .memory]

  private func session(
    _ options: Session.Options = .init(threads: 1, contextLength: 512), _ placement: MappedFile.Placement = .cache
  ) throws -> Session {
    try Session(ModelFolder(contentsOf: TestModels.uniform, placement: placement), options: options)
  }

  @Test("Weights in memory have the logits of the mapped file but for rounding, and hashes of the file")
  func placementOfWeights() throws {
    let folder = try ModelFolder(contentsOf: TestModels.uniform, placement: .memory)
    let inMemory = try Session(folder, options: .init(threads: 1, contextLength: 512))
    let mapped = try session()
    #expect(largestDifference(Array(try inMemory.prefill(tokens)), Array(try mapped.prefill(tokens))) < 1e-2)
    #expect(largestDifference(Array(try inMemory.decode(7)), Array(try mapped.decode(7))) < 2e-2)
    #expect(try WeightManifest(of: folder) == WeightManifest(of: ModelFolder(contentsOf: TestModels.uniform)))
    let hasBlocks = inMemory.kernels.functions.in_blocks != nil
    if hasBlocks {
      #expect(throws: EngineError.self) { try Session(folder, options: .init(threads: 1, instructionSet: "scalar")) }
    }
    #expect(inMemory.decoder.matrices.allSatisfy { ($0.linear.matrix.matrix.layout == RK_ROW_BLOCKS) == hasBlocks })
    #expect(mapped.decoder.matrices.allSatisfy { $0.linear.matrix.matrix.layout == RK_ROWS })
  }

  @Test("Rows stay where they are if activations are not rounded")
  func exactActivations() throws {
    let session = try session(.init(threads: 1, contextLength: 16, activationPrecision: .float32), .memory)
    #expect(session.decoder.matrices.allSatisfy { $0.linear.matrix.matrix.layout == RK_ROWS })
  }

  @Test(
    "A prompt at once has the logits of the same tokens one by one",
    arguments: [(ActivationPrecision.float32, 2e-3 as Float), (.fixed16, 2e-2)])
  func prefillEqualsDecode(precision: ActivationPrecision, limit: Float) throws {
    let session = try session(.init(threads: 1, contextLength: 512, activationPrecision: precision))
    let atOnce = Array(try session.prefill(tokens))
    session.rewind(to: 0)
    var oneByOne: [Float] = []
    for token in tokens { oneByOne = Array(try session.decode(token)) }
    #expect(largestDifference(atOnce, oneByOne) < limit)
  }

  @Test("The number of threads does not change a bit", arguments: placements)
  func threads(placement: MappedFile.Placement) throws {
    let runs = try [1, 2, 3].map { threads in
      let session = try session(.init(threads: threads, contextLength: 512), placement)
      let prefilled = Array(try session.prefill(tokens))
      return prefilled + Array(try session.decode(7))
    }
    #expect(runs[0] == runs[1])
    #expect(runs[0] == runs[2])
  }

  @Test("The logits of a sequence in a batch are those of the sequence alone, to the last bit", arguments: placements)
  func batches(placement: MappedFile.Placement) throws {
    let session = try session(.init(threads: 1, contextLength: 512, sequences: 5), placement)
    let prompts = (0..<5).map { Array(tokens.prefix(3 + 31 * $0 % 67)) }
    for (index, prompt) in prompts.enumerated() { _ = try session.prefill(prompt, sequence: index) }
    _ = try session.decode([1, 2, 3, 4, 5])
    let together = try session.decode([6, 7, 8, 9, 10]).map(Array.init)
    for (index, prompt) in prompts.enumerated() {
      session.rewind(to: 0)
      _ = try session.prefill(prompt)
      _ = try session.decode(Int32(index + 1))
      #expect(Array(try session.decode(Int32(index + 6))) == together[index])
    }
  }

  @Test("Sequences generated together have the tokens of one alone, and are no more than the model was loaded for")
  func generatesTogether() throws {
    let model = try LanguageModel(
      contentsOf: TestModels.uniform, options: .init(threads: 1, contextLength: 128, sequences: 3))
    let alone = try model.generate(prompt: tokens, maximumTokens: 6, stopsAtEnd: false)
    let together = try model.generate(prompt: tokens, maximumTokens: 6, stopsAtEnd: false, sequences: 3)
    #expect(together.tokens == alone.tokens && together.tokenNanoseconds.count == 6)
    #expect(model.session.sequences.allSatisfy { $0.tokens == tokens + alone.tokens.dropLast() })
    #expect(throws: EngineError.self) {
      try model.generate(prompt: tokens, maximumTokens: 1, stopsAtEnd: false, sequences: 4)
    }
    #expect(throws: EngineError.self) { try model.generate(prompt: tokens, maximumTokens: 1, sequences: 2) }
  }

  @Test("A batch that does not fit changes no sequence")
  func batchErrors() throws {
    let session = try session(.init(threads: 1, contextLength: 512, sequences: 2))
    _ = try session.prefill(tokens.prefix(4))
    #expect(throws: EngineError.self) { try session.decode([1, 2, 3]) }
    #expect(throws: EngineError.tokenOutOfRange(-1, vocabularySize: 49_152)) { try session.decode([1, -1]) }
    #expect(throws: EngineError.noTokens) { try session.decode([Int32]()) }
    #expect(session.tokens.count == 4)
  }

  @Test("Rounded activations change perplexity by less than a thousandth")
  func activationPrecision() throws {
    let text = try String(contentsOf: URL(fileURLWithPath: #filePath), encoding: .utf8)
    let model = try LanguageModel(contentsOf: TestModels.uniform, options: .init(threads: 1, contextLength: 512))
    let tokens = Array(model.tokenizer.encode(text).prefix(100))
    let losses = try [ActivationPrecision.fixed16, .float32].map { precision in
      let session = try session(.init(threads: 1, contextLength: 512, activationPrecision: precision))
      var loss = 0.0
      for (token, next) in zip(tokens, tokens.dropFirst()) {
        let logits = try session.decode(token)
        var (largest, logSum): (Float, Float) = (0, 0)
        logits.withUnsafeBufferPointer {
          session.kernels.functions.log_sum_exp($0.baseAddress, Int64($0.count), &largest, &logSum)
        }
        loss += Double(logSum - logits[Int(next)])
      }
      return loss / Double(tokens.count - 1)
    }
    // The difference of mean log-probabilities is the logarithm of the ratio of perplexities.
    #expect(losses[0] != losses[1])
    #expect(abs(losses[0] - losses[1]) < 1e-3)
  }

  @Test(
    "Every instruction set computes nearly the same logits", arguments: InstructionSet.available,
    [(ActivationPrecision.float32, 5e-3 as Float), (.fixed16, 2e-2)])
  func instructionSets(set: InstructionSet, rounding: (precision: ActivationPrecision, limit: Float)) throws {
    let short = tokens.prefix(20)
    func logits(_ instructionSet: String?) throws -> [Float] {
      let options = Session.Options(
        contextLength: 512, activationPrecision: rounding.precision, instructionSet: instructionSet)
      return Array(try session(options).prefill(short))
    }
    #expect(largestDifference(try logits(nil), try logits(set.rawValue)) < rounding.limit)
  }

  @Test("Scores with bfloat16 weights do not depend on how coarsely a prompt was rounded before")
  func matchedPrompts() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("bf16-\(UUID())")
    defer { try? FileManager.default.removeItem(at: url) }
    try ModelFolder(contentsOf: TestModels.uniform).write(.bf16, to: url)
    func session(_ precision: ActivationPrecision) throws -> Session {
      try Session(
        ModelFolder(contentsOf: url), options: .init(threads: 1, contextLength: 512, activationPrecision: precision))
    }
    let matched = try session(.matched)
    let exact = try session(.fixed16)
    let (rounded, reference) = (Array(try matched.prefill(tokens)), Array(try exact.prefill(tokens)))
    let difference = largestDifference(rounded, reference)
    #expect(matched.activationPrecision == .fixed16 ? difference == 0 : (1e-3..<1).contains(difference))
    #expect(try matched.score([5, 6, 7], after: tokens) == exact.score([5, 6, 7], after: tokens))
    #expect(try matched.score([7, 8], after: tokens) == exact.score([7, 8], after: tokens))
  }

  @Test("The logits after a reused prefix are those of a fresh start")
  func prefixReuse() throws {
    let session = try session()
    let fresh = Array(try session.prefill(tokens))
    session.rewind(to: 0)
    _ = try session.prefill(tokens.prefix(50) + [1, 2, 3])
    let kept = session.reusePrefix(of: tokens)
    #expect(kept == 50)
    let reused = Array(try session.prefill(tokens.dropFirst(kept)))
    #expect(largestDifference(fresh, reused) < 2e-3)
  }

  @Test("Scores are the log-probabilities of the logits")
  func scores() throws {
    let session = try session()
    let prompt = Array(tokens.prefix(60))
    let continuation = Array(tokens.suffix(10))
    let scores = try session.score(continuation, after: prompt)
    var rows: [[Float]] = []
    try session.logits(of: tokens) { rows.append(Array($0)) }
    #expect(scores.count == continuation.count && rows.count == tokens.count)
    for (offset, score) in scores.enumerated() {
      let row = rows[59 + offset].map(Double.init)
      let largest = row.max() ?? 0
      let logSum = largest + log(row.reduce(0) { $0 + exp($1 - largest) })
      #expect(abs(Double(score) - (row[Int(continuation[offset])] - logSum)) < 1e-3)
    }
  }

  @Test("One more token than fits is refused and changes nothing")
  func contextLimit() throws {
    let session = try session(.init(threads: 1, contextLength: 16))
    _ = try session.prefill(tokens.prefix(16))
    #expect(throws: EngineError.contextExceeded(needed: 17, capacity: 16)) { try session.decode(5) }
    #expect(session.tokens.count == 16)
  }

  @Test("Ids outside the vocabulary and empty prompts are refused")
  func badTokens() throws {
    let session = try session()
    #expect(throws: EngineError.tokenOutOfRange(49_152, vocabularySize: 49_152)) { try session.decode(49_152) }
    #expect(throws: EngineError.tokenOutOfRange(-1, vocabularySize: 49_152)) { try session.prefill([1, -1]) }
    #expect(throws: EngineError.noTokens) { try session.prefill([]) }
  }

  @Test("A half-precision cache takes half the bytes and changes the logits a little")
  func halfPrecisionCache() throws {
    let (single, half) = (try session(), try session(.init(threads: 1, contextLength: 512, cachePrecision: .float16)))
    #expect(single.cacheBytesPerToken == 2 * half.cacheBytesPerToken)
    let caches = (single.sequences[0].cache.layout, half.sequences[0].cache.layout)
    #expect(caches.0.capacity == caches.1.capacity && caches.0.byteCount == 2 * caches.1.byteCount)
    for decodes in [false, true] {
      func logits(_ session: Session) throws -> [Float] {
        decodes ? Array(try session.decode(7)) : Array(try session.prefill(tokens))
      }
      // About 0.015 with this model.
      #expect((1e-3..<0.1).contains(largestDifference(try logits(single), try logits(half))))
    }
  }
}
