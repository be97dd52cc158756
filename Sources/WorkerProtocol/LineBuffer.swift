/// Cuts a stream of bytes into lines.
struct LineBuffer {
  private var bytes: [UInt8] = []
  private(set) var isOverfull = false

  /// Takes in bytes and returns the lines that they complete, without their ends.
  ///
  /// A line over the limit of the protocol is dropped and `isOverfull` stays set.
  mutating func append(_ added: some Sequence<UInt8>) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    for byte in added {
      if byte == UInt8(ascii: "\n") {
        lines.append(bytes)
        bytes.removeAll(keepingCapacity: true)
      } else if bytes.count < WorkerProtocol.lineLimit {
        bytes.append(byte)
      } else {
        isOverfull = true
      }
    }
    return lines
  }
}
