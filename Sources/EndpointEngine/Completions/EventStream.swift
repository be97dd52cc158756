import Foundation

/// Cuts a stream of bytes into server-sent events (WHATWG HTML, 9.2.6), of which it keeps the `data`.
struct EventStream {
  /// The longest line that is read, and the most data of an event, in bytes.
  static let limit = 1 << 20

  private var line: [UInt8] = []
  private var data: [UInt8] = []
  private var hasData = false
  private var endsWithReturn = false

  /// Adds bytes and returns the data of the events that they complete.
  ///
  /// - Throws: `.eventTooLong`.
  mutating func append(_ bytes: some Sequence<UInt8>) throws(EndpointError) -> [[UInt8]] {
    var events: [[UInt8]] = []
    for byte in bytes {
      if byte == UInt8(ascii: "\n"), endsWithReturn {
        endsWithReturn = false
        continue
      }
      endsWithReturn = byte == UInt8(ascii: "\r")
      if byte == UInt8(ascii: "\n") || endsWithReturn {
        if let event = try endLine() { events.append(event) }
      } else {
        guard line.count < Self.limit else { throw .eventTooLong(limit: Self.limit) }
        line.append(byte)
      }
    }
    return events
  }

  private mutating func endLine() throws(EndpointError) -> [UInt8]? {
    defer { line.removeAll(keepingCapacity: true) }
    if line.isEmpty {
      defer { (data, hasData) = ([], false) }
      return hasData ? data : nil
    }
    guard line.starts(with: "data:".utf8) else { return nil }
    var value = line.dropFirst(5)
    if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
    guard data.count + value.count < Self.limit else { throw .eventTooLong(limit: Self.limit) }
    if hasData { data.append(UInt8(ascii: "\n")) }
    data += value
    hasData = true
    return nil
  }
}
