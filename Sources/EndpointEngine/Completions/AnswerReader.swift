import CTransfer
import Foundation
import Platform

/// What an answer consists of so far, while libcurl reads it.
///
/// Its functions are called on the thread that runs the transfer, and on no other.
final class AnswerReader {
  /// 0 until there is a head.
  private(set) var status = 0
  private(set) var bodyBytes = 0
  /// Why the transfer was ended from this side.
  private(set) var failure: (any Error)?
  /// Whether the taker wants no more.
  private(set) var isEnough = false

  private let start: UInt64
  private let byteLimit: Int
  private let take: (_ status: Int, StreamingPost.Piece) throws -> Bool
  private var lastArrival: UInt64
  private var receivedBytes = 0
  /// The first of several fields of a name counts.
  private var fields: [String: String] = [:]

  /// - Parameter start: By the monotonic clock, in nanoseconds.
  init(start: UInt64, byteLimit: Int, take: @escaping (_ status: Int, StreamingPost.Piece) throws -> Bool) {
    (self.start, self.byteLimit, self.take) = (start, byteLimit, take)
    lastArrival = start
  }

  var elapsedSeconds: Double { Double(Machine.monotonicNanoseconds - start) * 1e-9 }

  /// Since the last bytes arrived; 0 before the body has begun.
  var silentSeconds: Double { bodyBytes == 0 ? 0 : Double(Machine.monotonicNanoseconds - lastArrival) * 1e-9 }

  /// The functions for a transfer whose context is a reader.
  static var calls: transfer_calls {
    transfer_calls(
      received: { context, count in AnswerReader.goOn(context) { try $0.receive(count) } },
      head: { context, line, count in
        let bytes = UnsafeRawBufferPointer(start: line, count: count)
        return AnswerReader.goOn(context) { try $0.readHead(String(decoding: bytes, as: UTF8.self)) }
      },
      body: { context, bytes, count in
        let data = bytes.map { Data(bytes: $0, count: count) } ?? Data()
        return AnswerReader.goOn(context) { try $0.readBody(data) }
      })
  }

  /// Reads a part, keeps what that throws, and returns whether the transfer goes on.
  private static func goOn(_ context: UnsafeMutableRawPointer?, _ read: (AnswerReader) throws -> Void) -> Bool {
    guard let context else { return false }
    let reader = Unmanaged<AnswerReader>.fromOpaque(context).takeUnretainedValue()
    guard reader.failure == nil, !reader.isEnough else { return false }
    do {
      try read(reader)
    } catch {
      reader.failure = error
    }
    return reader.failure == nil && !reader.isEnough
  }

  /// - Throws: `.tooLong`.
  private func receive(_ count: Int) throws(EndpointError) {
    lastArrival = Machine.monotonicNanoseconds
    receivedBytes += count
    guard receivedBytes <= byteLimit else { throw .tooLong(limit: "\(byteLimit >> 20) MiB") }
  }

  /// - Throws: `.redirected`, `.encoded`.
  private func readHead(_ line: String) throws(EndpointError) {
    let line = line.trimmingCharacters(in: .whitespacesAndNewlines)
    if line.hasPrefix("HTTP/") {
      status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      fields = [:]
    } else if let colon = line.firstIndex(of: ":") {
      let name = line[..<colon].lowercased()
      let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      fields[name] = fields[name] ?? value
    } else if line.isEmpty {
      try endHead()
    }
  }

  private func endHead() throws(EndpointError) {
    if (300..<400).contains(status), let location = fields["location"] {
      throw .redirected(to: URL(string: location)?.host ?? "another place")
    }
    let encoding = fields["content-encoding"]?.lowercased() ?? "identity"
    guard ["", "identity"].contains(encoding) else { throw .encoded(encoding) }
  }

  private func readBody(_ bytes: Data) throws {
    let now = Machine.monotonicNanoseconds
    bodyBytes += bytes.count
    isEnough = try !take(status, StreamingPost.Piece(bytes: bytes, nanoseconds: Int64(now - start)))
  }
}
