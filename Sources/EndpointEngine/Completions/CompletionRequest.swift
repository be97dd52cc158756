import JSON

/// A request for a completion, for either of the two interfaces.
public struct CompletionRequest: Sendable {
  /// The interfaces that complete.
  public enum API: String, Sendable, CaseIterable, Codable {
    /// `/completions`, with the prompt as text.
    case completions
    /// `/chat/completions`, with messages.
    case chat
  }

  public enum Prompt: Sendable {
    case text(String)
    case tokens([Int32])
    case messages([JSONValue], tools: [JSONValue]?, thinking: Bool?)
  }

  public var prompt: Prompt
  public var maximumTokens: Int
  /// Tokens that may not be chosen, so that the length is fixed; if empty, the model may stop.
  public var forbiddenTokens: [Int] = []
  public var keepsCache = false
  public var temperature = 0.0
  public var topP = 1.0
  public var seed: Int?
  /// How many of the most probable tokens to return log-probabilities of. Only a request for none, 0, is streamed.
  public var logProbabilities = 0

  public init(prompt: Prompt, maximumTokens: Int) {
    self.prompt = prompt
    self.maximumTokens = maximumTokens
  }

  var path: String {
    if case .messages = prompt { "chat/completions" } else { "completions" }
  }

  func body(model: String) -> JSONValue {
    var body = JSONObject([("model", .string(model))])
    switch prompt {
    case .text(let text): body["prompt"] = .string(text)
    case .tokens(let ids): body["prompt"] = .array(ids.map { .integer(Int($0)) })
    case .messages(let messages, let tools, let thinking):
      body["messages"] = .array(messages)
      body["tools"] = tools.map { .array($0) }
      body["chat_template_kwargs"] = thinking.map { ["enable_thinking": .bool($0)] }
    }
    body["max_tokens"] = .integer(maximumTokens)
    body["temperature"] = .number(temperature)
    body["top_p"] = .number(topP)
    // With a seed some servers leave the path that they usually serve by, and greedy sampling needs none.
    if temperature > 0 { body["seed"] = seed.map { .integer($0) } }
    if !forbiddenTokens.isEmpty {
      // llama.cpp and vLLM read the first; the second is the API's own member.
      body["ignore_eos"] = true
      body["logit_bias"] = .object(JSONObject(forbiddenTokens.map { (String($0), -100) }))
    }
    if !keepsCache { body["cache_prompt"] = false }
    guard logProbabilities == 0 else {
      // The first two are the chat API's, which mlx_lm.server wants in either; the third is llama.cpp's.
      body["logprobs"] = true
      body["top_logprobs"] = .integer(logProbabilities)
      body["n_probs"] = .integer(logProbabilities)
      return .object(body)
    }
    body["stream"] = true
    body["stream_options"] = ["include_usage": true]
    return .object(body)
  }
}
