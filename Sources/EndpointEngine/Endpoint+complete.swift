import Foundation
import JSON

extension Endpoint {
  /// Sends a request once and reads its stream.
  ///
  /// - Parameters:
  ///   - seconds: After which the request fails.
  ///   - limit: Seconds after which the completion ends with what came, once there is something.
  /// - Throws: `EndpointError`.
  public func complete(
    _ request: CompletionRequest, within seconds: Double, endingAfter limit: Double? = nil
  ) throws -> Completion {
    let completion = try withoutKey { try read(request, within: seconds, endingAfter: limit) }
    guard key?.isRepeated(in: completion) != true else { throw EndpointError.keyRepeated }
    return completion
  }

  private func read(_ request: CompletionRequest, within seconds: Double, endingAfter limit: Double?) throws
    -> Completion
  {
    var completion = Completion()
    var events = EventStream()
    var failure: [UInt8] = []
    var isDone = false
    do {
      let (status, _) = try StreamingPost().run(
        post(request.path, request.body(model: model)),
        within: { completion.pieces.isEmpty ? seconds : min(limit ?? seconds, seconds) }
      ) { status, piece in
        guard status == 200 else {
          failure += piece.bytes.prefix(max(0, 2_000 - failure.count))
          return failure.count < 2_000
        }
        for event in try events.append(piece.bytes) {
          isDone = event.elementsEqual("[DONE]".utf8)
          if isDone { return false }
          completion.take(try CompletionChunk(event), at: piece.nanoseconds)
          // A server that takes no notice of the limit is not read for ever.
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

  /// Sends a request once and reads its answer in one piece.
  ///
  /// - Throws: `EndpointError`.
  func answer(_ request: CompletionRequest, within seconds: Double) throws -> JSONValue {
    try withoutKey {
      var bytes: [UInt8] = []
      let (status, _) = try StreamingPost().run(
        post(request.path, request.body(model: model)), within: { seconds }
      ) { _, piece in
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

  /// What the server says may be its key, so errors that repeat the server's words are cleared of it.
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
