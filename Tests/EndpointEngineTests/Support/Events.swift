import JSON

/// Events as real servers send them.
enum Events {
  static func text(_ text: String) -> JSONValue {
    ["choices": [["index": 0, "text": .string(text), "finish_reason": .null]]]
  }

  static let finish: JSONValue = ["choices": [["index": 0, "text": "", "finish_reason": "length"]]]

  static func usage(_ prompt: Int, _ completion: Int, cached: Int? = nil) -> JSONValue {
    var usage = JSONObject([("prompt_tokens", .integer(prompt)), ("completion_tokens", .integer(completion))])
    usage["prompt_tokens_details"] = cached.map { ["cached_tokens": .integer($0)] }
    return ["choices": [], "usage": .object(usage)]
  }
}

extension RawServer.Connection {
  /// A whole answer of three tokens.
  func sendCompletion(_ texts: [String] = [" one", " two", " three"], promptTokens: Int = 5) {
    sendHead()
    for text in texts { sendEvent(Events.text(text)) }
    sendEvent(Events.finish)
    sendEvent(Events.usage(promptTokens, texts.count, cached: 0))
    send("data: [DONE]\n\n")
  }
}
