import Foundation

/// Constants of the line protocol, which docs/worker-protocol.md describes.
public enum WorkerProtocol {
  public static let version = 1
  /// The longest line, in bytes, that either side accepts.
  public static let lineLimit = 64 << 20
  /// How a worker exits when a file of its model that it has mapped becomes shorter or cannot be read: `EX_IOERR`.
  public static let fileFaultStatus: Int32 = 74
}

/// Cuts a stream of bytes into lines.
struct LineBuffer {
  private var bytes: [UInt8] = []
  private(set) var isOverfull = false

  /// Adds bytes and returns the lines that they complete, without their ends.
  ///
  /// A line over the limit of the protocol is dropped with all that follows, and `isOverfull` stays set.
  mutating func append(_ added: Data) -> [[UInt8]] {
    guard !isOverfull else { return [] }
    var lines: [[UInt8]] = []
    var rest = added[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      take(rest[..<end])
      if isOverfull { return lines }
      lines.append(bytes)
      bytes.removeAll(keepingCapacity: true)
      rest = rest[(end + 1)...]
    }
    take(rest)
    return lines
  }

  private mutating func take(_ part: Data) {
    let room = WorkerProtocol.lineLimit - bytes.count
    guard part.count <= room else {
      isOverfull = true
      bytes = []
      return
    }
    bytes.append(contentsOf: part)
  }
}
