import Foundation
import Platform
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// One POST whose answer is read as it arrives.
///
/// Each opens a new session, so that no connection is used twice: a client that finds a kept connection closed would send
/// the request again, and a timed request is never retried. Redirects are not followed.
final class StreamingPost: NSObject, URLSessionDataDelegate, Sendable {
  /// Bytes with the nanoseconds from the start of the request to their arrival.
  struct Piece: Sendable {
    let bytes: Data
    let nanoseconds: Int64
  }

  private struct State {
    var status: Int?
    var redirect: String?
    var pieces: [Piece] = []
    var byteCount = 0
    var start: UInt64 = 0
    var end: (any Error)??
    /// Whether the caller has left, and the task may be cancelled at any moment.
    var isAbandoned = false
  }

  /// The most bytes that are read, including keep-alives.
  static let byteLimit = 64 << 20

  private let state = Mutex(State())
  private let changed = DispatchSemaphore(value: 0)

  /// Sends the request and passes on what arrives, on the caller's thread, until the end or until `take` returns false.
  ///
  /// - Parameter limit: Seconds from the start; called again after each piece.
  /// - Returns: The status of the answer, and whether the end was reached.
  /// - Throws: `.unreachable`, `.redirected`, `.timedOut`, `.tooLong`, and what `take` throws.
  func run(
    _ request: URLRequest, within limit: () -> Double, take: (_ status: Int, Piece) throws -> Bool
  ) throws -> (status: Int, isComplete: Bool) {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = limit() + 5
    configuration.httpCookieStorage = nil
    configuration.urlCache = nil
    let session = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
    let task = session.dataTask(with: request)
    defer {
      state.withLock { $0.isAbandoned = true }
      task.cancel()
      session.invalidateAndCancel()
    }
    let start = Machine.monotonicNanoseconds
    state.withLock { $0.start = start }
    task.resume()
    while true {
      let seconds = limit()
      let elapsed = Double(Machine.monotonicNanoseconds - start) * 1e-9
      let isInTime = elapsed < seconds && changed.wait(timeout: .now() + (seconds - elapsed)) == .success
      let (status, redirect, pieces, end, count) = state.withLock { state in
        defer { state.pieces = [] }
        return (state.status, state.redirect, state.pieces, state.end, state.byteCount)
      }
      if let redirect { throw EndpointError.redirected(to: redirect) }
      for piece in pieces {
        guard let status else { break }
        if try !take(status, piece) { return (status, false) }
      }
      if count > Self.byteLimit { throw EndpointError.tooLong(limit: "\(Self.byteLimit >> 20) MiB") }
      if let end {
        if let error = end { throw EndpointError.unreachable(error.localizedDescription) }
        guard let status else { throw EndpointError.unreachable("no answer") }
        return (status, true)
      }
      if !isInTime {
        let progress = status == nil ? "no answer" : count == 0 ? "headers but no body" : "\(count) bytes so far"
        throw EndpointError.timedOut(seconds: seconds, progress: progress)
      }
    }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
    newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
  ) {
    change { state in
      state.redirect = request.url?.host ?? "another place"
      // Foundation on Linux stops the program if this is called after the task was cancelled.
      if !state.isAbandoned { completionHandler(nil) }
    }
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
  ) {
    change { $0.status = (response as? HTTPURLResponse)?.statusCode ?? 0 }
    completionHandler(.allow)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let now = Machine.monotonicNanoseconds
    let isTooMuch = state.withLock { state in
      state.byteCount += data.count
      // What will not be read is not kept.
      if state.byteCount <= Self.byteLimit {
        state.pieces.append(Piece(bytes: data, nanoseconds: Int64(now - state.start)))
      }
      return state.byteCount > Self.byteLimit
    }
    if isTooMuch { dataTask.cancel() }
    changed.signal()
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    change { $0.end = .some(error) }
  }

  private func change(_ body: (inout State) -> Void) {
    state.withLock { body(&$0) }
    changed.signal()
  }
}
