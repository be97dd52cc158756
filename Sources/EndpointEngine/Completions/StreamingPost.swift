import CTransfer
import Foundation
import Platform

/// One POST whose answer is read as it arrives, on the caller's thread.
///
/// Each has a connection of its own: a client that finds a kept connection closed would send the request again, and a timed
/// request is never retried. Redirects are not followed. Nothing is read before what came earlier was taken, and nothing
/// runs while the server is silent.
struct StreamingPost {
  /// Bytes with the nanoseconds from the start of the request to their arrival.
  struct Piece: Sendable {
    let bytes: Data
    let nanoseconds: Int64
  }

  /// What a server may make the client wait for and read, besides the limit of time as a whole.
  struct Limits: Sendable {
    /// Bytes of the head and the body, including keep-alives and the framing of chunks.
    var bytes = 64 << 20
    /// To look up the name, to connect and to agree on keys.
    var connectSeconds = 30
    /// Seconds between two arrivals of bytes once the body has begun. Before that a server may be busy with the prompt.
    var silenceSeconds = 120.0
  }

  let url: URL
  /// Names and values. None of them may contain a line's end.
  let headers: [(name: String, value: String)]
  let body: Data
  var limits = Limits()

  /// Sends the request and passes on what arrives until the end or until `take` returns false.
  ///
  /// - Parameter limit: Seconds from the start; called again after each arrival.
  /// - Returns: The status of the answer, and whether the end was reached.
  /// - Throws: `EndpointError`, and what `take` throws.
  func run(
    within limit: () -> Double, take: (_ status: Int, Piece) throws -> Bool
  ) throws -> (status: Int, isComplete: Bool) {
    guard transfer_is_available() else {
      throw EndpointError.unreachable("libcurl, which speaks to servers, is not installed (package libcurl4)")
    }
    let start = Machine.monotonicNanoseconds
    return try withoutActuallyEscaping(take) { take in
      let reader = AnswerReader(start: start, byteLimit: limits.bytes, take: take)
      return try withTransfer(to: reader) { transfer in
        while true {
          let seconds = limit()
          try check(reader, seconds: seconds)
          let milliseconds = Int32(min(max(wait(reader, seconds: seconds) * 1_000, 1), 60_000).rounded(.up))
          let state = transfer_step(transfer, milliseconds)
          if let failure = reader.failure { throw failure }
          if reader.isEnough { return (reader.status, false) }
          switch state {
          case TRANSFER_COMPLETE:
            guard reader.status > 0 else { throw EndpointError.unreachable("no answer") }
            return (reader.status, true)
          case TRANSFER_FAILED: throw EndpointError.unreachable(String(cString: transfer_failure(transfer)))
          default: break
          }
        }
      }
    }
  }

  /// - Throws: `.timedOut`, `.silent`.
  private func check(_ reader: AnswerReader, seconds: Double) throws(EndpointError) {
    let isOver = reader.elapsedSeconds >= seconds
    guard isOver || reader.silentSeconds >= limits.silenceSeconds else { return }
    let progress =
      reader.status == 0
      ? "no answer" : reader.bodyBytes == 0 ? "headers but no body" : "\(reader.bodyBytes) bytes so far"
    throw isOver ? .timedOut(seconds: seconds, progress: progress) : .silent(seconds: limits.silenceSeconds)
  }

  /// Seconds until the next limit.
  private func wait(_ reader: AnswerReader, seconds: Double) -> Double {
    min(seconds - reader.elapsedSeconds, limits.silenceSeconds - reader.silentSeconds)
  }

  private func withTransfer<Result>(to reader: AnswerReader, _ use: (OpaquePointer) throws -> Result) throws -> Result {
    let lines = headers.map { strdup("\($0.name): \($0.value)") }
    defer { lines.forEach { free($0) } }
    let pointers = lines.map { UnsafePointer($0) } + [nil]
    return try withExtendedLifetime(reader) {
      try body.withUnsafeBytes { bytes in
        try url.absoluteString.withCString { url in
          try pointers.withUnsafeBufferPointer { headers in
            var request = transfer_request(
              url: url, headers: headers.baseAddress, body: bytes.baseAddress, body_size: bytes.count,
              connect_seconds: limits.connectSeconds, is_direct: self.url.isLoopback)
            var calls = AnswerReader.calls
            let context = Unmanaged.passUnretained(reader).toOpaque()
            guard let transfer = transfer_begin(&request, &calls, context) else {
              throw EndpointError.unreachable("the request cannot be made: memory is short")
            }
            defer { transfer_end(transfer) }
            return try use(transfer)
          }
        }
      }
    }
  }
}

extension URL {
  /// Whether the host is this machine, by name or address.
  var isLoopback: Bool {
    guard let host = host?.lowercased() else { return false }
    let isAddress = host.hasPrefix("127.") && host.allSatisfy { $0 == "." || $0.isNumber }
    return host == "localhost" || host == "::1" || host == "[::1]" || isAddress
  }
}
