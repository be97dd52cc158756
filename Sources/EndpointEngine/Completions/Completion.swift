import JSON

/// A streamed completion, as far as it has arrived.
public struct Completion: Sendable {
  /// A piece of output as it arrived.
  public struct Piece: Sendable, Equatable {
    /// From the start of the request.
    public var nanoseconds: Int64
    public var text: String
  }

  public enum Finish: String, Sendable {
    case length
    case stop
    /// The limit of seconds ended it.
    case time
  }

  public internal(set) var text = ""
  public internal(set) var reasoning = ""
  public internal(set) var toolCalls: [JSONValue] = []
  /// The pieces that carried output, be it text, reasoning or a tool call.
  public internal(set) var pieces: [Piece] = []
  public internal(set) var finish = Finish.stop
  /// In the server's words.
  public internal(set) var finishReason: String?
  public internal(set) var promptTokens: Int?
  public internal(set) var completionTokens: Int?
  public internal(set) var cachedTokens: Int?
  /// The server's own figure in tokens per second; nil if it reports none.
  public internal(set) var serverDecodeRate: Double?
  public internal(set) var systemFingerprint: String?

  mutating func append(_ chunk: CompletionChunk, at nanoseconds: Int64) {
    if chunk.carriesOutput {
      pieces.append(Piece(nanoseconds: nanoseconds, text: chunk.reasoning + chunk.text))
    }
    text += chunk.text
    reasoning += chunk.reasoning
    toolCalls += chunk.toolCalls
    if let reason = chunk.finishReason {
      finishReason = reason
      finish = reason == "length" ? .length : .stop
    }
    if let usage = chunk.usage {
      (promptTokens, completionTokens) = (usage.promptTokens, usage.completionTokens)
      cachedTokens = usage.cachedTokens
    }
    serverDecodeRate = chunk.serverDecodeRate ?? serverDecodeRate
    systemFingerprint = chunk.systemFingerprint ?? systemFingerprint
  }
}

/// One event of a streamed completion, of either API.
struct CompletionChunk: Equatable {
  /// What the server says it has counted.
  struct Usage: Equatable {
    var promptTokens: Int
    var completionTokens: Int
    /// Nil if the server does not say.
    var cachedTokens: Int?
  }

  var text = ""
  var reasoning = ""
  /// Deltas of tool calls, as the server sent them.
  var toolCalls: [JSONValue] = []
  var finishReason: String?
  var usage: Usage?
  /// The decode rate in tokens per second that llama.cpp's server reports.
  var serverDecodeRate: Double?
  var systemFingerprint: String?

  /// Whether it contains some of the model's output.
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
  /// Nil unless both counts are there.
  init?(_ json: JSONValue?) {
    guard let json, let prompt = json["prompt_tokens"]?.integer, let completion = json["completion_tokens"]?.integer
    else { return nil }
    promptTokens = prompt
    completionTokens = completion
    cachedTokens = json["prompt_tokens_details"]?["cached_tokens"]?.integer
  }
}
