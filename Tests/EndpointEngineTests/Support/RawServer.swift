import Foundation
import JSON
import Synchronization

/// An HTTP server of plain sockets that sends what a test says, byte by byte, well-formed or not.
final class RawServer: Sendable {
  struct Request: Sendable {
    let path: String
    let headers: String
    let body: JSONValue
  }

  /// One connection; a write to a client that is gone does nothing.
  struct Connection {
    let descriptor: Int32

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) {
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count <= 0 { return }
        rest = rest.dropFirst(count)
      }
    }

    /// Whether the client still listens.
    var isOpen: Bool {
      var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      return Foundation.poll(&poll, 1, 0) == 0
    }

    func sendHead(status: String = "200 OK", type: String = "text/event-stream", more: String = "") {
      send("HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nConnection: close\r\n\(more)\r\n")
    }

    func sendEvent(_ json: JSONValue) { send("data: \(json.serialized())\n\n") }

    func sendJSON(_ json: JSONValue, status: String = "200 OK") {
      sendHead(status: status, type: "application/json")
      send(json.serialized())
    }

    /// Ends the connection by a reset instead of an orderly end.
    func reset() {
      var option = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
  }

  let port: Int
  var url: String { "http://127.0.0.1:\(port)/v1" }
  /// Requests so far.
  var requestCount: Int { tally.requests.load(ordering: .relaxed) }
  /// Connections that are being answered now.
  var openCount: Int { tally.open.load(ordering: .relaxed) }

  private let descriptor: Int32
  private let tally = Tally()

  private final class Tally: Sendable {
    let requests = Atomic(0)
    let open = Atomic(0)
  }

  init(_ answer: @escaping @Sendable (Request, Connection) -> Void) {
    signal(SIGPIPE, SIG_IGN)
    #if canImport(Glibc)
      let kind = Int32(SOCK_STREAM.rawValue)
    #else
      let kind = SOCK_STREAM
    #endif
    descriptor = socket(AF_INET, kind, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = descriptor
    port = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        _ = bind(bound, generic, size)
        listen(bound, 16)
        _ = getsockname(bound, generic, &size)
        return Int(UInt16(bigEndian: UnsafeRawPointer(generic).load(fromByteOffset: 2, as: UInt16.self)))
      }
    }
    let thread = Thread { [tally] in
      // Closed here and not in `deinit`: the descriptor could be another server's before the next call.
      defer { close(bound) }
      while true {
        let client = accept(bound, nil, nil)
        guard client >= 0 else { return }
        Thread { Self.serve(client, tally, answer) }.start()
      }
    }
    thread.start()
  }

  deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }

  private static func serve(
    _ client: Int32, _ tally: Tally, _ answer: @Sendable (Request, Connection) -> Void
  ) {
    tally.open.add(1, ordering: .relaxed)
    defer {
      close(client)
      tally.open.subtract(1, ordering: .relaxed)
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let text = String(decoding: bytes, as: UTF8.self)
      if let end = text.range(of: "\r\n\r\n") {
        let head = String(text[..<end.lowerBound])
        let length =
          head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
          .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
        let body = Array(text[end.upperBound...].utf8)
        if body.count >= length {
          tally.requests.add(1, ordering: .relaxed)
          let path = head.split(separator: " ").dropFirst().first.map(String.init) ?? ""
          answer(
            Request(path: path, headers: head, body: (try? JSONValue(parsing: body)) ?? .null),
            Connection(descriptor: client))
          return
        }
      }
      let read = read(client, &buffer, buffer.count)
      if read <= 0 { return }
      bytes += buffer[..<read]
    }
  }
}

/// Events that real servers send.
enum Events {
  static func text(_ text: String) -> JSONValue {
    ["choices": [["index": 0, "text": .string(text), "finish_reason": .null]]]
  }

  static let finish: JSONValue = ["choices": [["index": 0, "text": "", "finish_reason": "length"]]]

  static func usage(_ prompt: Int, _ completion: Int, cached: Int? = nil) -> JSONValue {
    var usage = JSONObject([("prompt_tokens", .integer(prompt)), ("completion_tokens", .integer(completion))])
    usage["prompt_tokens_details"] = cached.map { ["cached_tokens": .integer($0)] }
    return ["choices": [], "usage": .object(usage)]
  }
}

extension RawServer.Connection {
  /// A whole answer of three tokens.
  func sendCompletion(_ texts: [String] = [" one", " two", " three"], promptTokens: Int = 5) {
    sendHead()
    for text in texts { sendEvent(Events.text(text)) }
    sendEvent(Events.finish)
    sendEvent(Events.usage(promptTokens, texts.count, cached: 0))
    send("data: [DONE]\n\n")
  }
}
