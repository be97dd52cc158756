import Testing

@testable import EndpointEngine

@Suite("Server-sent events")
struct EventStreamTests {
  private func events(_ text: String, size: Int) throws -> [String] {
    let bytes = Array(text.utf8)
    var stream = EventStream()
    var events: [[UInt8]] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      events += try stream.append(bytes[start..<min(start + size, bytes.count)])
    }
    return events.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("Events come out whole, with any line ends and however the bytes were cut", arguments: 1...9)
  func cuts(size: Int) throws {
    let text =
      ": comment\n\ndata: one\n\nevent: x\ndata:two\r\ndata: lines\r\n\r\ndata: é\r\r\nid: 7\n\ndata: unfinished"
    #expect(try events(text, size: size) == ["one", "two\nlines", "é"])
  }

  @Test("An event without data is none")
  func empty() throws {
    #expect(try events("event: ping\n\n: \n\n\n\ndata:\n\n", size: 3) == [""])
  }
}
