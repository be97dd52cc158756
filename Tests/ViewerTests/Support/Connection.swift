import Foundation
import JSON

/// A plain socket to the viewer, for requests of any shape and responses read byte by byte.
///
/// Its blocking calls run on a dispatch queue, since the server shares the test's threads.
final class Connection: Sendable {
  private let descriptor: Int32

  enum Failure: Error {
    case notConnected(String)
    case reset(after: String)
    case silence(after: String)
  }

  /// - Parameter receiveBuffer: Bytes of the kernel's buffer for unread data.
  init(port: Int, receiveBuffer: Int32? = nil) throws {
    #if canImport(Glibc)
      let kind = Int32(SOCK_STREAM.rawValue)
    #else
      let kind = SOCK_STREAM
    #endif
    descriptor = socket(AF_INET, kind, 0)
    if var size = receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    // Longer than other tests may keep the server from running.
    var patience = timeval(tv_sec: 1200, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let descriptor = descriptor
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw Failure.notConnected(String(cString: strerror(errno))) }
  }

  deinit { close(descriptor) }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  }

  /// Reads until `isEnough` accepts everything received so far, or the connection ends.
  func read(until isEnough: @escaping @Sendable (String) -> Bool) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async { [self] in
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
          let text = String(decoding: bytes, as: UTF8.self)
          if isEnough(text) { return continuation.resume(returning: text) }
          let count = recv(descriptor, &buffer, buffer.count, 0)
          if count == 0 { return continuation.resume(returning: text) }
          guard count > 0 else {
            let failure = errno == ECONNRESET ? Failure.reset(after: text) : .silence(after: text)
            return continuation.resume(throwing: failure)
          }
          bytes += buffer[..<count]
        }
      }
    }
  }
}

extension Connection {
  /// The same for a client that may write too late: its connection may also end by a reset, but not be silent.
  func readOrReset(until isEnough: @escaping @Sendable (String) -> Bool) async throws -> String {
    do { return try await read(until: isEnough) } catch Failure.reset(let text) { return text }
  }
}

/// One response, read to the end of its connection.
struct Reply: Sendable {
  let status: Int
  /// By name in lower case.
  let headers: [String: String]
  let body: String

  init(_ text: String) {
    let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
    let lines = (parts.first ?? "").split(separator: "\r\n")
    status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    headers = Dictionary(
      lines.dropFirst().compactMap { line in
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        return (line[..<colon].lowercased(), value)
      }, uniquingKeysWith: { first, _ in first })
    body = parts.count > 1 ? String(parts[1]) : ""
  }

  var json: JSONValue { get throws { try JSONValue(parsing: body) } }
}
