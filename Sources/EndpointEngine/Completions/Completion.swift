import JSON

/// A streamed completion, whole.
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
  /// Those that carried output, be it text, reasoning or a tool call.
  public internal(set) var pieces: [Piece] = []
  public internal(set) var finish = Finish.stop
  /// In the server's words.
  public internal(set) var finishReason: String?
  public internal(set) var promptTokens: Int?
  public internal(set) var completionTokens: Int?
  public internal(set) var cachedTokens: Int?
  /// The server's own figure in tokens/s, where it gives one.
  public internal(set) var serverDecodeRate: Double?
  public internal(set) var systemFingerprint: String?

  mutating func take(_ chunk: CompletionChunk, at nanoseconds: Int64) {
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
