import JSON

/// What is asked of a server.
public struct CompletionRequest: Sendable {
  /// Which of the two interfaces.
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
  /// Tokens that may not be chosen, so that the length is fixed; empty lets the model stop.
  public var forbiddenTokens: [Int] = []
  public var keepsCache = false
  public var temperature = 0.0
  public var topP = 1.0
  public var seed: Int?
  /// The most probable tokens whose log-probabilities are asked for; 0 for none, which alone is streamed.
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
    // A seed takes some servers off the path that they serve with, and greedy sampling needs none.
    if temperature > 0 { body["seed"] = seed.map { .integer($0) } }
    if !forbiddenTokens.isEmpty {
      // The first is the habit of llama.cpp and vLLM, the second is the API's own word.
      body["ignore_eos"] = true
      body["logit_bias"] = .object(JSONObject(forbiddenTokens.map { (String($0), -100) }))
    }
    if !keepsCache { body["cache_prompt"] = false }
    guard logProbabilities == 0 else {
      // The word of the chat API, which mlx_lm.server wants in either, and llama.cpp's own.
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
