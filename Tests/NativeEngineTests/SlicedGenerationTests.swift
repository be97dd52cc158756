import TestSupport
import Testing

@testable import NativeEngine

@Suite("Sliced generation")
struct SlicedGenerationTests {
  private let model: LanguageModel
  /// More than a chunk of any processor.
  private let prompt: [Int32] = (0..<200).map { Int32($0 * 613 % 49_152) }

  init() throws {
    model = try LanguageModel(
      contentsOf: TestModels.uniform, options: .init(threads: 1, contextLength: 512, sequences: 2))
  }

  /// Works on all of a generation in slices of `size`.
  private func slices(_ generation: SlicedGeneration, of size: Int) throws -> [SlicedGeneration.Slice] {
    var slices: [SlicedGeneration.Slice] = []
    while generation.finish == nil { slices.append(try generation.advance(by: size)) }
    return slices
  }

  @Test("Slices of any size have the tokens of a generation at once", arguments: [1, 7, 48, 199, 1000], [1, 2])
  func tokens(size: Int, sequences: Int) throws {
    let whole = try model.generate(prompt: prompt, maximumTokens: 8, stopsAtEnd: false, sequences: sequences)
    let cut = try slices(SlicedGeneration(of: model, prompt: prompt, maximumTokens: 8, sequences: sequences), of: size)
    #expect(cut.flatMap(\.tokens) == whole.tokens)
    #expect(model.session.sequences.prefix(sequences).allSatisfy { $0.tokens == prompt + whole.tokens.dropLast() })
  }

  @Test("A prompt has the same logits to the last bit however it is cut", arguments: [1, 47, 192])
  func logits(size: Int) throws {
    let session = model.session
    session.rewind(to: 0)
    let whole = Array(try session.prefill(prompt))
    session.rewind(to: 0)
    var rest = prompt[...]
    while rest.count > size {
      try session.prefillPart(rest.prefix(size), sequence: 0)
      rest = rest.dropFirst(size)
    }
    #expect(Array(try session.prefillEnd(rest, sequence: 0)) == whole)
  }

  @Test("Sampled tokens are those of a generation at once, by seed")
  func sampled() throws {
    let sampling = Sampler.Settings(temperature: 1, topP: 0.9, seed: 7)
    let whole = try model.generate(prompt: prompt, maximumTokens: 8, sampling: sampling, stopsAtEnd: false)
    let cut = try slices(
      SlicedGeneration(of: model, prompt: prompt, maximumTokens: 8, sampling: sampling), of: 3)
    #expect(cut.flatMap(\.tokens) == whole.tokens)
  }

  @Test("A prefix in the cache is not processed again")
  func reusedPrefix() throws {
    _ = try model.generate(prompt: Array(prompt.prefix(100)), maximumTokens: 1)
    let whole = try model.generate(prompt: prompt, maximumTokens: 8, stopsAtEnd: false, reusesPrefix: true)
    _ = try model.generate(prompt: Array(prompt.prefix(100)), maximumTokens: 1)
    let generation = try SlicedGeneration(of: model, prompt: prompt, maximumTokens: 8, reusesPrefix: true)
    #expect(generation.cachedTokens == 100 && whole.cachedTokens == 100)
    let cut = try slices(generation, of: 40)
    #expect(cut.filter { $0.phase == .prefill }.map(\.processed) == [40, 40, 20])
    #expect(cut.flatMap(\.tokens) == whole.tokens)
    // All but the last token of the prompt are there.
    let again = try SlicedGeneration(of: model, prompt: prompt, maximumTokens: 1, reusesPrefix: true)
    #expect(again.cachedTokens == 199)
    #expect(try again.advance(by: 5).processed == 1)
  }

  @Test("A slice never mixes prompt and answer, and its times lie within it")
  func counts() throws {
    let cut = try slices(SlicedGeneration(of: model, prompt: prompt, maximumTokens: 8), of: 80)
    #expect(cut.map(\.phase) == [.prefill, .prefill, .prefill, .decode])
    #expect(cut.map(\.processed) == [80, 80, 40, 7])
    #expect(cut.map(\.tokens.count) == [0, 0, 1, 7])
    for slice in cut {
      #expect(slice.tokenNanoseconds.count == slice.tokens.count)
      #expect(slice.tokenNanoseconds == slice.tokenNanoseconds.sorted())
      #expect(slice.tokenNanoseconds.allSatisfy { (1...slice.nanoseconds).contains($0) })
      #expect(slice.processorUse.nanoseconds >= 0 && slice.processorUse.involuntarySwitches >= 0)
    }
  }

  @Test("A generation in slices ends at the end of the sequence and at its limit of time")
  func ends() throws {
    let chat = model.tokenizer.encode("<|im_start|>user\nSay hi.<|im_end|>\n<|im_start|>assistant\n")
    let whole = try model.generate(prompt: chat, maximumTokens: 100)
    let generation = try SlicedGeneration(of: model, prompt: chat, maximumTokens: 100, stopsAtEnd: true)
    #expect(try slices(generation, of: 5).flatMap(\.tokens) == whole.tokens)
    #expect(generation.finish == whole.finish)
    let timed = try SlicedGeneration(of: model, prompt: prompt, maximumTokens: 8, maximumSeconds: 1e-6)
    #expect(try slices(timed, of: 1000).flatMap(\.tokens).count == 1)
    #expect(timed.finish == .time)
  }

  @Test("What does not fit is refused before any work, and a full context when it is reached")
  func refusals() throws {
    #expect(throws: EngineError.noTokens) { try SlicedGeneration(of: model, prompt: [], maximumTokens: 1) }
    #expect(throws: EngineError.tokenOutOfRange(-1, vocabularySize: 49_152)) {
      try SlicedGeneration(of: model, prompt: [1, -1], maximumTokens: 1)
    }
    let long = [Int32](repeating: 5, count: 513)
    #expect(throws: EngineError.contextExceeded(needed: 513, capacity: 512)) {
      try SlicedGeneration(of: model, prompt: long, maximumTokens: 1)
    }
    #expect(throws: EngineError.self) {
      try SlicedGeneration(of: model, prompt: prompt, maximumTokens: 1, sequences: 3)
    }
    #expect(throws: EngineError.self) {
      try SlicedGeneration(of: model, prompt: prompt, maximumTokens: 1, reusesPrefix: true, sequences: 2)
    }
    let full = try SlicedGeneration(of: model, prompt: Array(long.dropLast()), maximumTokens: 2)
    #expect(try full.advance(by: 1000).tokens.count == 1)
    #expect(throws: EngineError.contextExceeded(needed: 513, capacity: 512)) { try full.advance(by: 1) }
  }
}
