import Checkpoint
import TestSupport
import Testing
import WorkerProtocol

@testable import NativeEngine

/// Caches that hold what windows need against caches that hold the whole context.
@Suite("Windows", .enabled(if: !FamilyGolden.windowed.isEmpty, "make families makes the checkpoints"))
struct WindowTests {
  @Test(
    "A cache of windows is smaller and changes no bit of a prompt, however it is cut", arguments: FamilyGolden.windowed)
  func prompts(golden: FamilyGolden) throws {
    let (whole, bounded) = (try golden.session(), try golden.session(rewindableTokens: 0))
    #expect(bounded.sequences[0].cache.layout.byteCount < whole.sequences[0].cache.layout.byteCount)
    let expected = Array(try whole.prefill(golden.prompt))
    #expect(try Array(bounded.prefill(golden.prompt)) == expected)
    bounded.rewind(to: 0)
    var rest = golden.prompt[...]
    for count in [1, 6, 121, 1, 255] {
      try bounded.prefillPart(rest.prefix(count), sequence: 0)
      rest = rest.dropFirst(count)
    }
    #expect(try Array(bounded.prefillEnd(rest, sequence: 0)) == expected)
  }

  @Test("Nor of decoded tokens, alone and in a batch", arguments: FamilyGolden.windowed)
  func decoding(golden: FamilyGolden) throws {
    let sessions = [try golden.session(sequences: 2), try golden.session(sequences: 2, rewindableTokens: 0)]
    let logits = try sessions.map { session in
      for sequence in 0..<2 { _ = try session.prefill(golden.prompt.prefix(300 + 90 * sequence), sequence: sequence) }
      return try golden.prompt.suffix(200).map { try session.decode([$0, $0]).map(Array.init) }
    }
    #expect(logits[0] == logits[1])
  }

  @Test("Nor of the scores of long and short items", arguments: FamilyGolden.windowed)
  func scores(golden: FamilyGolden) throws {
    let prompt = golden.prompt
    let items = [
      ScoreItem(prompt: Array(prompt.prefix(40)), continuations: [Array(prompt[100..<110]), [7, 8]]),
      ScoreItem(
        prompt: Array(prompt.prefix(500)), continuations: [Array(prompt[500..<520]), Array(prompt.prefix(390)), [9]]),
    ]
    #expect(try golden.session(rewindableTokens: 0).score(items) == golden.session().score(items))
  }

  @Test(
    "A sequence goes back as far as promised, also after a batch, and no further than is right",
    arguments: FamilyGolden.windowed)
  func rewinding(golden: FamilyGolden) throws {
    let session = try golden.session(rewindableTokens: 64)
    // Longer than a chunk and what is kept beside it, so that the first tokens are overwritten.
    let prompt = golden.prompt + golden.prompt.prefix(300)
    #expect(prompt.count > session.panels.tokenCapacity + 64 + 128)
    let expected = Array(try session.prefill(prompt))
    for token in prompt.prefix(40) { _ = try session.decode(token) }
    _ = try session.score([ScoreItem(prompt: prompt + prompt.prefix(20), continuations: [[1, 2], [3, 4, 5]])])
    let count = session.tokens.count
    session.rewind(to: count - 64)
    #expect(session.tokens.count == count - 64)
    session.rewind(to: 20)
    #expect(session.tokens.isEmpty)
    #expect(try Array(session.prefill(prompt)) == expected)
  }
}

extension FamilyGolden {
  fileprivate static let windowed = known.filter { golden in
    guard let session = try? golden.session(rewindableTokens: 0) else { return false }
    return session.decoder.attentions.contains { $0?.window != nil }
  }
}
