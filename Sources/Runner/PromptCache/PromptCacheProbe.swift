import Measurements
import WorkerProtocol

/// What an engine does with a prompt that it has seen.
enum PromptCacheFinding: Sendable, Equatable {
  /// It works on it again.
  case none
  /// It keeps some of it and says how many tokens.
  case reported
  /// It keeps some of it and says nothing.
  case silent(CacheTiming)
}

/// Finds out, before anything is measured, whether an engine keeps the work on prompts.
///
/// All of it is asked for cold: an engine that keeps a prompt then, and does not say so, would have part of a timed prompt
/// done before the clock starts.
struct PromptCacheProbe {
  let worker: ModelWorker
  /// About the tokens of a prompt.
  let promptTokens: Int
  private var drawn = FreshWords()

  /// Enough for the work on the prompt to be most of the time to the first token.
  static let longestPrompt = 256

  init(_ worker: ModelWorker, promptTokens: Int) {
    self.worker = worker
    self.promptTokens = min(promptTokens, Self.longestPrompt)
  }

  /// Sends one prompt again and again, in turns with prompts that nobody has sent before.
  ///
  /// - Throws: `WorkerFailure`.
  mutating func finding() async throws(WorkerFailure) -> PromptCacheFinding {
    let known = try await freshPrompt()
    // The first one fills a cache, the second one may be the first that is served from it.
    for _ in 0..<2 where try await ask(known).cached > Self.unavoidable(known) { return .reported }
    var timing = CacheTiming()
    for _ in 0..<CacheTiming.looks {
      timing = CacheTiming()
      while timing.finding == .open {
        let pair = try await askBoth(known, isKnownFirst: timing.count.isMultiple(of: 2), mayVary: false)
        if pair.repeated.cached > Self.unavoidable(known) { return .reported }
        timing.observe(fresh: pair.fresh.seconds, repeated: pair.repeated.seconds)
      }
      if timing.finding == .notShown { return .none }
    }
    return .silent(timing)
  }

  /// Sends one prompt in the way of timed requests, in which the engine may make it fresh, in turns with prompts that nobody
  /// has sent before.
  ///
  /// - Returns: The times, if they show that the engine does not make it fresh; else nil.
  /// - Throws: `WorkerFailure`.
  mutating func timedRequestsAreKept() async throws(WorkerFailure) -> CacheTiming? {
    let known = try await freshPrompt()
    _ = try await ask(known, mayVary: true)
    var timing = CacheTiming()
    for _ in 0..<CacheTiming.looks {
      timing = CacheTiming()
      while timing.finding == .open {
        let pair = try await askBoth(known, isKnownFirst: timing.count.isMultiple(of: 2), mayVary: true)
        timing.observe(fresh: pair.fresh.seconds, repeated: pair.repeated.seconds)
      }
      if timing.finding == .notShown { return nil }
    }
    return timing
  }

  private typealias Answer = (seconds: Double, cached: Int)

  /// Sends the known prompt and one that nobody has sent before.
  ///
  /// - Parameter mayVary: Whether the engine may make the known one fresh.
  private mutating func askBoth(
    _ known: [Int32], isKnownFirst: Bool, mayVary: Bool
  ) async throws(WorkerFailure) -> (repeated: Answer, fresh: Answer) {
    let unknown = try await freshPrompt()
    if isKnownFirst {
      let repeated = try await ask(known, mayVary: mayVary)
      return (repeated, try await ask(unknown))
    }
    let fresh = try await ask(unknown)
    return (try await ask(known, mayVary: mayVary), fresh)
  }

  /// What a chat template puts before every prompt may be kept of any two.
  private static func unavoidable(_ prompt: [Int32]) -> Int { prompt.count / 2 }

  private mutating func freshPrompt() async throws(WorkerFailure) -> [Int32] {
    try await drawn.prompt(of: promptTokens, for: worker)
  }

  /// Seconds to the first token of the answer, and the tokens of the prompt that the engine says it had.
  private func ask(
    _ prompt: [Int32], mayVary: Bool = false
  ) async throws(WorkerFailure) -> Answer {
    let reply = try await worker.generate(
      GenerateOptions(prompt: prompt, maximumTokens: 1, mayVaryPrompt: mayVary))
    let first = try reply.value("token_ns") { $0.array?.first?.integer }
    return (Double(first) * 1e-9, try reply.value("cached_tokens", \.integer))
  }
}

/// Prompts of common words in an order that is drawn, so that hardly two ever begin with the same few.
struct FreshWords {
  /// Most vocabularies have each as one token.
  private static let words = [
    "the", "of", "and", "to", "in", "is", "that", "for", "was", "with", "on", "as", "by", "at", "from", "this", "it",
    "be", "are", "or", "his", "but", "not", "all", "he", "you", "we", "her", "she", "they", "an", "which",
  ]
  private var generator = SystemRandomNumberGenerator()

  init() {}

  /// A prompt of about so many tokens, and no more.
  ///
  /// - Throws: `WorkerFailure`.
  mutating func prompt(of tokens: Int, for worker: ModelWorker) async throws(WorkerFailure) -> [Int32] {
    var count = tokens
    while true {
      let prompt = try await worker.tokens(of: text(words: count))
      // A text is not cut, since what is left of a word may be other tokens.
      if (1...tokens).contains(prompt.count) { return prompt }
      guard count > 1, !prompt.isEmpty else { return Array(prompt.prefix(tokens)) }
      count = max(1, min(count - 1, count * tokens / prompt.count))
    }
  }

  private mutating func text(words count: Int) -> String {
    (0..<count).map { _ in Self.words.randomElement(using: &generator) ?? "" }.joined(separator: " ")
  }
}
