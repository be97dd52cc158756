import Foundation
import Testing

@testable import WorkerProtocol

@Suite("Line buffer")
struct LineBufferTests {
  @Test("Lines come out whole however the bytes were cut", arguments: 1...7)
  func cuts(size: Int) {
    let bytes = Data("one\n\ntwo é\nrest".utf8)
    var buffer = LineBuffer()
    var lines: [[UInt8]] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      lines += buffer.append(bytes[start..<min(start + size, bytes.count)])
    }
    #expect(lines.map { String(decoding: $0, as: UTF8.self) } == ["one", "", "two é"])
  }
}
