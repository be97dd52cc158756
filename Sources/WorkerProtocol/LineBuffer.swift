/// Cuts a stream of bytes into lines.
struct LineBuffer {
  private var bytes: [UInt8] = []
  private(set) var isOverfull = false

  /// Takes in bytes and returns the lines that they complete, without their ends.
  ///
  /// A line over the limit of the protocol is dropped and `isOverfull` stays set.
  mutating func append(_ added: some Sequence<UInt8>) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var rest = Array(added)[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      take(rest[..<end])
      lines.append(bytes)
      bytes.removeAll(keepingCapacity: true)
      rest = rest[(end + 1)...]
    }
    take(rest)
    return lines
  }

  private mutating func take(_ part: ArraySlice<UInt8>) {
    let room = WorkerProtocol.lineLimit - bytes.count
    if part.count > room { isOverfull = true }
    bytes += part.prefix(room)
  }
}
