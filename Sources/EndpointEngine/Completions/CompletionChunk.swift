import JSON

/// One event of a streamed completion, of either API.
struct CompletionChunk: Equatable {
  var text = ""
  var reasoning = ""
  /// Deltas of tool calls, as the server sent them.
  var toolCalls: [JSONValue] = []
  var finishReason: String?
  var usage: Usage?
  /// The decode rate in tokens/s as llama.cpp's server tells it.
  var serverDecodeRate: Double?
  var systemFingerprint: String?

  /// What the server says it has counted.
  struct Usage: Equatable {
    var promptTokens: Int
    var completionTokens: Int
    /// Nil where the server does not say.
    var cachedTokens: Int?
  }

  /// Whether something of the model's output is in it.
  var carriesOutput: Bool { !text.isEmpty || !reasoning.isEmpty || !toolCalls.isEmpty }

  /// - Throws: `.malformed`, `.failedInStream`.
  init(_ bytes: [UInt8]) throws(EndpointError) {
    guard let json = try? JSONValue(parsing: bytes), json.object != nil else {
      throw .malformed(String(decoding: bytes.prefix(200), as: UTF8.self))
    }
    if let error = json["error"], error != .null {
      throw .failedInStream(error["message"]?.string ?? error.string ?? error.serialized())
    }
    systemFingerprint = json["system_fingerprint"]?.string
    serverDecodeRate = json["timings"]?["predicted_per_second"]?.number
    usage = Usage(json["usage"])
    guard let choice = json["choices"]?.array?.first else {
      guard json["choices"] != nil || usage != nil else {
        throw .malformed(String(decoding: bytes.prefix(200), as: UTF8.self))
      }
      return
    }
    let delta = choice["delta"]
    text = choice["text"]?.string ?? delta?["content"]?.string ?? ""
    // Servers have two names for it.
    reasoning = delta?["reasoning_content"]?.string ?? delta?["reasoning"]?.string ?? ""
    toolCalls = delta?["tool_calls"]?.array ?? []
    finishReason = choice["finish_reason"]?.string
  }
}

extension CompletionChunk.Usage {
  init?(_ json: JSONValue?) {
    guard let json, let prompt = json["prompt_tokens"]?.integer, let completion = json["completion_tokens"]?.integer
    else { return nil }
    promptTokens = prompt
    completionTokens = completion
    cachedTokens = json["prompt_tokens_details"]?["cached_tokens"]?.integer
  }
}
