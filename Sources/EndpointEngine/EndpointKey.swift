import Foundation
import JSON

/// The key of a server: it goes into one header, and what the server says is searched for it before anybody reads that.
struct EndpointKey: Sendable {
  private let secret: String

  init(_ secret: String) { self.secret = secret }

  var header: String { "Bearer \(secret)" }

  /// The text without the key, or the start of it that a text which was cut short may end with.
  func removed(from text: String) -> String {
    let text = text.replacingOccurrences(of: secret, with: "…")
    // Three letters are no secret, and may stand anywhere.
    for length in stride(from: secret.count - 1, to: 3, by: -1) where text.hasSuffix(secret.prefix(length)) {
      return text.dropLast(length) + "…"
    }
    return text
  }

  func removed(from error: EndpointError) -> EndpointError {
    switch error {
    case .status(let code, let body): .status(code, body: removed(from: body))
    case .malformed(let text): .malformed(removed(from: text))
    case .failedInStream(let message): .failedInStream(removed(from: message))
    case .redirected(let host): .redirected(to: removed(from: host))
    default: error
    }
  }

  /// Whether a part of the completion that is kept has it.
  func isRepeated(in completion: Completion) -> Bool {
    let parts = [
      completion.text, completion.reasoning, completion.finishReason, completion.systemFingerprint,
      JSONValue.array(completion.toolCalls).serialized(),
    ]
    return parts.contains { $0?.contains(secret) == true }
  }
}
