import Foundation
import JSON
import Synchronization

/// A server that speaks the OpenAI API, and one model at it.
public struct Endpoint: Sendable {
  public let url: URL
  /// The name under which the server knows the model.
  public let model: String
  // From the environment; nowhere printed or stored.
  private let key: EndpointKey?

  /// - Parameters:
  ///   - address: With or without `/v1`.
  ///   - keyVariable: The environment variable that holds the key; nil if the server needs none.
  /// - Throws: `.badURL`, `.credentialsInURL`, `.noKey`, `.badKey`.
  public init(
    _ address: String, model: String, keyVariable: String? = nil,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(EndpointError) {
    guard let url = URL(string: address), let scheme = url.scheme, ["http", "https"].contains(scheme), url.host != nil
    else { throw .badURL(address) }
    guard url.user == nil, url.password == nil else { throw .credentialsInURL }
    self.url = url.path.isEmpty || url.path == "/" ? url.appendingPathComponent("v1") : url
    self.model = model
    if let keyVariable {
      guard let key = environment[keyVariable], !key.isEmpty else { throw .noKey(variable: keyVariable) }
      guard key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .badKey(variable: keyVariable) }
      self.key = EndpointKey(key)
    } else {
      key = nil
    }
  }

  /// Sends a request once and reads its stream.
  ///
  /// - Parameters:
  ///   - seconds: After which the request fails.
  ///   - limit: Seconds after which the completion ends with the output so far, once there is some.
  /// - Throws: `EndpointError`.
  public func complete(
    _ request: CompletionRequest, within seconds: Double, endingAfter limit: Double? = nil
  ) throws -> Completion {
    let completion = try withoutKey { try read(request, within: seconds, endingAfter: limit) }
    guard key?.isRepeated(in: completion) != true else { throw EndpointError.keyRepeated }
    return completion
  }

  /// Sends requests at once, each as a separate client, and reads all streams.
  ///
  /// - Throws: The first `EndpointError`, but `.overLimit` before any other: it says why the rest may have failed.
  public func complete(together requests: [CompletionRequest], within seconds: Double) throws -> [Completion] {
    let results = Mutex([Result<Completion, EndpointError>?](repeating: nil, count: requests.count))
    let group = DispatchGroup()
    for (index, request) in requests.enumerated() {
      group.enter()
      Thread {
        let result: Result<Completion, EndpointError>
        do {
          result = .success(try complete(request, within: seconds))
        } catch {
          result = .failure(error as? EndpointError ?? .unreachable(String(describing: error)))
        }
        results.withLock { $0[index] = result }
        group.leave()
      }.start()
    }
    group.wait()
    let all = results.withLock { $0.compactMap { $0 } }
    let failures = all.compactMap { if case .failure(let error) = $0 { error } else { nil } }
    if failures.contains(.overLimit(concurrency: 1)) { throw EndpointError.overLimit(concurrency: requests.count) }
    return try all.map { try $0.get() }
  }

  /// Sends a request once and reads its answer in one piece.
  ///
  /// - Throws: `EndpointError`.
  func answer(_ request: CompletionRequest, within seconds: Double) throws -> JSONValue {
    try answer(to: request.body(model: model), at: request.path, within: seconds)
  }

  /// Sends a body once and reads the answer in one piece.
  ///
  /// - Throws: `EndpointError`.
  func answer(to body: JSONValue, at path: String, within seconds: Double) throws -> JSONValue {
    try withoutKey {
      var bytes: [UInt8] = []
      let (status, _) = try post(body, path).run(within: { seconds }) { _, piece in
        bytes += piece.bytes
        return true
      }
      try Self.check(status: status, bytes)
      guard let json = try? JSONValue(parsing: bytes), json.object != nil else {
        throw EndpointError.malformed(String(decoding: bytes.prefix(200), as: UTF8.self))
      }
      return json
    }
  }

  private func read(
    _ request: CompletionRequest, within seconds: Double, endingAfter limit: Double?
  ) throws -> Completion {
    var completion = Completion()
    var events = EventStream()
    var failure: [UInt8] = []
    var isDone = false
    do {
      let (status, _) = try post(request.body(model: model), request.path).run(
        within: { completion.pieces.isEmpty ? seconds : min(limit ?? seconds, seconds) }
      ) { status, piece in
        guard status == 200 else {
          failure += piece.bytes.prefix(max(0, 2_000 - failure.count))
          return failure.count < 2_000
        }
        for event in try events.append(piece.bytes) {
          isDone = event.elementsEqual("[DONE]".utf8)
          if isDone { return false }
          completion.append(try CompletionChunk(event), at: piece.nanoseconds)
          // A server that ignores the limit is not read forever.
          guard completion.pieces.count <= 2 * request.maximumTokens + 64 else {
            throw EndpointError.tooLong(limit: "max_tokens (\(request.maximumTokens))")
          }
        }
        return true
      }
      try Self.check(status: status, failure)
    } catch EndpointError.timedOut where limit != nil && !completion.pieces.isEmpty {
      completion.finish = .time
      return completion
    }
    guard completion.finishReason != nil else { throw EndpointError.truncated(tokens: completion.pieces.count) }
    return completion
  }

  private func post(_ body: JSONValue, _ path: String) -> StreamingPost {
    var headers = [
      ("Content-Type", "application/json"), ("Accept", "text/event-stream, application/json"),
      // What is compressed arrives when the server's compressor says, and may be of any size.
      ("Accept-Encoding", "identity"),
      // Nothing waits for a "100 Continue".
      ("Expect", ""),
    ]
    if let key { headers.append(("Authorization", key.header)) }
    return StreamingPost(
      url: url.appendingPathComponent(path), headers: headers, body: Data(body.serialized().utf8))
  }

  /// What the server says may contain its key, so errors that repeat the server's words are cleared of it.
  private func withoutKey<Answer>(_ body: () throws -> Answer) throws -> Answer {
    do { return try body() } catch let error as EndpointError { throw key?.removed(from: error) ?? error }
  }

  private static func check(status: Int, _ body: [UInt8]) throws(EndpointError) {
    if status == 429 { throw .overLimit(concurrency: 1) }
    guard status == 200 else {
      let json = try? JSONValue(parsing: body)
      let message = json?["error"]?["message"]?.string ?? json?["error"]?.string
      throw .status(status, body: message ?? String(decoding: body.prefix(300), as: UTF8.self))
    }
  }
}

/// The key of a server. It goes into one header, and is removed from whatever the server says before anyone reads that.
struct EndpointKey: Sendable {
  private let secret: String

  init(_ secret: String) { self.secret = secret }

  var header: String { "Bearer \(secret)" }

  /// The text without the key, and without the start of the key at its end, as a text that was cut may have it.
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
    case .encoded(let encoding): .encoded(removed(from: encoding))
    case .unreachable(let reason): .unreachable(removed(from: reason))
    default: error
    }
  }

  /// Whether a part of the completion that is kept contains the key.
  func isRepeated(in completion: Completion) -> Bool {
    let parts = [
      completion.text, completion.reasoning, completion.finishReason, completion.systemFingerprint,
      JSONValue.array(completion.toolCalls).serialized(),
    ]
    return parts.contains { $0?.contains(secret) == true }
  }
}
