import JSON
import WorkerProtocol

extension EndpointWorker {
  /// Generates by one request, or by several at once, and asks afterwards whether the weights are still the same.
  func generate(_ options: GenerateOptions) throws -> JSONObject {
    let folder = try loaded()
    try check(options, folder)
    let endpoint = try server.endpoint(for: folder.url)
    if server.isCold, options.mayVaryPrompt {
      let requests = try (0..<options.sequences).map { _ in try asked(options, folder).request }
      _ = try endpoint.complete(together: requests, within: settings.requestSeconds)
      server.isCold = false
    }
    if options.sequences > 1 { return try generateTogether(options, folder, endpoint) }
    let isFixed = !options.stopsAtEnd
    let (request, promptTokens) = try asked(options, folder)
    let completion = try endpoint.complete(
      request, within: settings.requestSeconds, endingAfter: options.maximumSeconds)
    let counts = try TokenCounts(
      completion, promptTokens: promptTokens, fixed: isFixed ? options.maximumTokens : nil,
      tokenCount: folder.tokenCount)
    let times = Self.times(completion, counts, folder)
    try checkWeights(at: endpoint)
    guard completion.toolCalls.isEmpty || !options.streamsText else { throw EndpointError.callsTakenOut }
    var result = JSONObject([
      ("tokens", .tokens(Self.tokens(of: completion.reasoning + completion.text, counts, folder))),
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

  /// Several requests at once, as that many clients send them; a token's time is when the last of them had it.
  private func generateTogether(
    _ options: GenerateOptions, _ folder: ClaimedFolder, _ endpoint: Endpoint
  ) throws -> JSONObject {
    guard !options.stopsAtEnd, !options.reusesPrefix else {
      throw WorkerFailure.badRequest("sequences at once have a fixed length and prompts of their own")
    }
    let requests = try (0..<options.sequences).map { _ in try asked(options, folder) }
    let completions = try endpoint.complete(together: requests.map(\.request), within: settings.requestSeconds)
    let counts = try zip(completions, requests).map { completion, request in
      try TokenCounts(
        completion, promptTokens: request.promptTokens, fixed: options.maximumTokens, tokenCount: folder.tokenCount)
    }
    let times = zip(completions, counts).map { Self.times($0, $1, folder) }
    try checkWeights(at: endpoint)
    let last = (0..<options.maximumTokens).map { token in times.compactMap { $0.dropFirst(token).first }.max() ?? 0 }
    return JSONObject([
      ("sequences", .integer(options.sequences)),
      ("tokens", .tokens(Self.tokens(of: completions[0].text, counts[0], folder))),
      ("text", .string(completions[0].text)), ("prompt_tokens", .integer(counts[0].promptTokens)),
      ("cached_tokens", .integer(completions.compactMap(\.cachedTokens).max() ?? 0)),
      ("token_ns", .array(last.map { .integer(Int($0)) })), ("finish", .string(Completion.Finish.length.rawValue)),
    ])
  }

  /// The request for a generation, and how many tokens the server must count in its prompt.
  private func asked(
    _ options: GenerateOptions, _ folder: ClaimedFolder
  ) throws -> (request: CompletionRequest, promptTokens: Int?) {
    let sent = try sent(options, folder)
    var request = CompletionRequest(prompt: sent.form, maximumTokens: options.maximumTokens)
    request.forbiddenTokens = options.stopsAtEnd ? [] : folder.ends
    request.keepsCache = options.reusesPrefix
    request.temperature = options.temperature
    request.topP = options.topP
    request.seed = Int(truncatingIfNeeded: options.seed & 0x7FFF_FFFF)
    return (request, sent.tokenCount)
  }

  private func check(_ options: GenerateOptions, _ folder: ClaimedFolder) throws(WorkerFailure) {
    guard !options.prompt.isEmpty else { throw .badRequest("there are no tokens to process: give at least one") }
    let isCounted = folder.tokenizer != nil
    if isCounted, let wrong = options.prompt.first(where: { $0 < 0 || Int($0) >= folder.vocabularySize }) {
      throw .badRequest("the token id \(wrong) is outside the vocabulary of \(folder.vocabularySize) tokens")
    }
    if !isCounted, options.keepsSpecialTokens || options.reusesPrefix {
      throw folder.withoutTokenizer("generate", "cannot tell how many tokens the prompt of a turn has")
    }
    let needed = (isCounted || options.mayVaryPrompt ? options.prompt.count : 0) + options.maximumTokens
    guard needed <= contextLength else {
      throw .badRequest("\(needed) tokens do not fit the context of \(contextLength)")
    }
  }

  private func sent(_ options: GenerateOptions, _ folder: ClaimedFolder) throws -> SentPrompt {
    let isOfFixedLength = options.mayVaryPrompt
    if isOfFixedLength, folder.tokenizer == nil {
      guard let text = countedWords?.next(options.prompt.count) else {
        throw folder.withoutTokenizer("generate", "knows no prompt of \(options.prompt.count) tokens")
      }
      return SentPrompt(counted: text, tokenCount: options.prompt.count, api: settings.api)
    }
    let prompt = isOfFixedLength ? fresh.next(options.prompt, in: folder) : options.prompt
    guard settings.api == .chat else { return SentPrompt(prompt, asTokens: takesTokens, in: folder) }
    if let conversation = conversations[prompt] {
      return SentPrompt(conversation: conversation, tokens: prompt, in: folder)
    }
    return isOfFixedLength
      ? try SentPrompt(messageOfLengthOf: prompt, in: folder) : try SentPrompt(messageOf: prompt, in: folder)
  }

  /// When each token arrived; where pieces are shared out without a tokenizer, by the bytes of their text.
  private static func times(_ completion: Completion, _ counts: TokenCounts, _ folder: ClaimedFolder) -> [Int64] {
    TokenTimes.of(completion.pieces, count: counts.completionTokens) { folder.tokenCount(of: $0) ?? $0.utf8.count }
  }

  /// The tokens of a response; without a tokenizer as many zeros as the server counts.
  private static func tokens(of text: String, _ counts: TokenCounts, _ folder: ClaimedFolder) -> [Int32] {
    folder.tokenizer == nil ? Array(repeating: 0, count: counts.completionTokens) : folder.tokens(of: text)
  }
}
