import JSON
import WorkerProtocol

extension EndpointWorker {
  func generate(_ options: GenerateOptions) throws -> JSONObject {
    let folder = try loaded()
    try check(options, folder)
    let endpoint = try serving.endpoint(for: folder.url)
    let isFixed = !options.stopsAtEnd
    let prompt = options.mayVaryPrompt ? fresh.next(options.prompt, in: folder) : options.prompt
    var request = CompletionRequest(prompt: form(of: prompt, folder), maximumTokens: options.maximumTokens)
    request.forbiddenTokens = isFixed ? folder.ends : []
    request.keepsCache = options.reusesPrefix
    request.temperature = options.temperature
    request.topP = options.topP
    request.seed = Int(truncatingIfNeeded: options.seed & 0x7FFF_FFFF)
    if serving.isCold, options.mayVaryPrompt {
      var first = request
      first.prompt = form(of: fresh.next(options.prompt, in: folder), folder)
      _ = try endpoint.complete(first, within: settings.requestSeconds)
      serving.isCold = false
    }
    let completion = try endpoint.complete(
      request, within: settings.requestSeconds, endingAfter: options.maximumSeconds)
    let counts = try Counts(
      completion, promptTokens: options.prompt.count, fixed: isFixed ? options.maximumTokens : nil
    ) {
      folder.tokens(of: $0).count
    }
    let times = TokenTimes.of(completion.pieces, count: counts.completionTokens) { folder.tokens(of: $0).count }
    try checkWeights(at: endpoint)
    var result = JSONObject([
      ("tokens", .tokens(folder.tokens(of: completion.reasoning + completion.text))),
      ("text", .string(completion.text)),
      ("prompt_tokens", .integer(counts.promptTokens)),
      ("cached_tokens", .integer(completion.cachedTokens ?? 0)),
      ("token_ns", .array(times.map { .integer(Int($0)) })),
      ("finish", .string(completion.finish.rawValue)),
    ])
    if !completion.reasoning.isEmpty { result["reasoning"] = .string(completion.reasoning) }
    if !completion.toolCalls.isEmpty { result["tool_calls"] = .array(completion.toolCalls) }
    result["finish_reason"] = completion.finishReason.map { .string($0) }
    result["server_decode_tokens_per_second"] = completion.serverDecodeRate.map { .number($0) }
    return result
  }

  private func check(_ options: GenerateOptions, _ folder: ClaimedFolder) throws(WorkerFailure) {
    guard !options.prompt.isEmpty else { throw .badRequest("there are no tokens to process: give at least one") }
    if let wrong = options.prompt.first(where: { $0 < 0 || Int($0) >= folder.vocabularySize }) {
      throw .badRequest("the token id \(wrong) is outside the vocabulary of \(folder.vocabularySize) tokens")
    }
    let needed = options.prompt.count + options.maximumTokens
    guard needed <= contextLength else {
      throw .badRequest("\(needed) tokens do not fit the context of \(contextLength)")
    }
  }

  private func form(of prompt: [Int32], _ folder: ClaimedFolder) -> CompletionRequest.Prompt {
    if settings.api == .chat {
      if let conversation = conversations[prompt] { return conversation }
      return .messages(
        [["role": "user", "content": .string(folder.tokenizer.decode(prompt, skipSpecialTokens: false))]], tools: nil,
        thinking: nil)
    }
    return takesTokens ? .tokens(prompt) : .text(folder.tokenizer.decode(prompt, skipSpecialTokens: false))
  }
}

/// A completion's token counts: the server's, held against our own.
struct Counts: Equatable {
  let promptTokens: Int
  let completionTokens: Int

  /// - Parameters:
  ///   - fixed: The number of tokens that must have come, where it is fixed.
  ///   - tokenCount: How many tokens a text has.
  /// - Throws: `.badUsage`.
  init(
    _ completion: Completion, promptTokens: Int, fixed: Int?, tokenCount: (String) -> Int
  ) throws(EndpointError) {
    let own = tokenCount(completion.reasoning + completion.text)
    if completion.finish == .time {
      // The connection was closed before the server had counted.
      (self.promptTokens, completionTokens) = (promptTokens, completion.pieces.count)
      return
    }
    guard let prompt = completion.promptTokens, let count = completion.completionTokens else {
      throw .badUsage("there is none")
    }
    guard prompt == promptTokens else { throw .badUsage("\(prompt) prompt tokens, ours are \(promptTokens)") }
    if let fixed, count != fixed { throw .badUsage("\(count) completion tokens where \(fixed) were asked for") }
    // An end token counts for some servers, and what special tokens there are has no text.
    guard abs(count - own) <= 2 + count / 4 || !completion.toolCalls.isEmpty else {
      throw .badUsage("\(count) completion tokens, the text has \(own)")
    }
    (self.promptTokens, completionTokens) = (prompt, fixed ?? min(count, max(own, completion.pieces.count)))
  }
}
