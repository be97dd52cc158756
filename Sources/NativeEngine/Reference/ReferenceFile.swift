import Crypto
import Foundation
import Platform

/// Stored distributions of a reference, found by a key of all that they depend on.
///
/// Little-endian: the magic `RREF`, the key, the number of tokens; then for each token the right token's
/// log-probability, the likeliest id, the number of kept ids, each id as the distance to the one before (unsigned
/// LEB128), and their log-probabilities as 32-bit floats. About five bytes per kept token.
public struct ReferenceFile: Sendable {
  public let url: URL
  private let key: [UInt8]

  /// - Parameters:
  ///   - folder: Where references are kept.
  ///   - weights: The hash of the reference's weight manifest.
  ///   - engine: The instruction set, as results differ in the last places.
  public init(in folder: URL, weights: String, engine: String, tokens: [Int32], windows: TextWindows) {
    var hasher = SHA256()
    for part in ["1", weights, engine, "\(windows.length)", "\(windows.stride)"] {
      hasher.update(data: Data((part + "\n").utf8))
    }
    hasher.update(data: tokens.withUnsafeBytes { Data($0) })
    key = Array(hasher.finalize())
    let name = key.prefix(12).hexadecimal
    url = folder.appendingPathComponent("\(weights.prefix(12))-\(name).reference")
  }

  private static let magic = Array("RREF".utf8)

  /// The stored distributions; nil if there are none or the file is damaged.
  public func read() -> ReferenceDistributions? { Self.read(url, key: key) }

  /// The distributions of a file, whatever it was made for if there is no `key`; nil if it is missing or damaged.
  static func read(_ url: URL, key: [UInt8]? = nil) -> ReferenceDistributions? {
    // Read, not mapped: a mapping faults if another process truncates the file meanwhile.
    guard let bytes = try? RegularFile.read(url.path) else { return nil }
    let data = Data(bytes)
    var reader = ByteReader(bytes: data)
    guard reader.take(4).map(Array.init) == Self.magic, let stored = reader.take(SHA256.byteCount).map(Array.init),
      stored == key ?? stored,
      let count = reader.integer(), count <= data.count
    else { return nil }
    var tokens: [ReferenceDistributions.Distribution] = []
    tokens.reserveCapacity(Int(count))
    for _ in 0..<count {
      guard let right = reader.integer(), let likeliest = reader.integer(), let kept = reader.integer(),
        kept <= data.count, let ids = reader.ids(Int(kept)), let values = reader.floats(Int(kept))
      else { return nil }
      tokens.append(
        .init(
          rightLogProbability: Float(bitPattern: right), likeliest: Int32(bitPattern: likeliest), ids: ids,
          logProbabilities: values))
    }
    return reader.isAtEnd ? ReferenceDistributions(tokens: tokens) : nil
  }

  /// Stores distributions; the file appears only when complete.
  ///
  /// - Throws: `ReferenceError.unwritable` with the system's reason.
  public func write(_ reference: ReferenceDistributions) throws(ReferenceError) {
    var data = Data(Self.magic + key)
    data.append(integer: UInt32(reference.tokens.count))
    for token in reference.tokens {
      data.append(integer: token.rightLogProbability.bitPattern)
      data.append(integer: UInt32(bitPattern: token.likeliest))
      data.append(integer: UInt32(token.ids.count))
      var previous: Int32 = 0
      for id in token.ids {
        var distance = UInt32(id - previous)
        previous = id
        while distance > 0x7F {
          data.append(UInt8(truncatingIfNeeded: distance) | 0x80)
          distance >>= 7
        }
        data.append(UInt8(distance))
      }
      for value in token.logProbabilities { data.append(integer: value.bitPattern) }
    }
    do {
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try DurableFile.write([UInt8](data), to: url.path)
    } catch {
      throw .unwritable(url.path, reason: error.localizedDescription)
    }
  }
}

extension Data {
  fileprivate mutating func append(integer: UInt32) {
    Swift.withUnsafeBytes(of: integer.littleEndian) { append(contentsOf: $0) }
  }
}

/// Reads a file's parts and never beyond its end.
private struct ByteReader {
  let bytes: Data
  private var position = 0

  init(bytes: Data) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func take(_ count: Int) -> Data? {
    guard count <= bytes.count - position else { return nil }
    defer { position += count }
    return bytes[bytes.startIndex + position..<bytes.startIndex + position + count]
  }

  mutating func integer() -> UInt32? {
    take(4).map { part in part.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)) } }
  }

  mutating func ids(_ count: Int) -> [Int32]? {
    var ids: [Int32] = []
    ids.reserveCapacity(count)
    var id: UInt64 = 0
    for _ in 0..<count {
      var shift: UInt64 = 0
      while true {
        guard position < bytes.count, shift <= 28 else { return nil }
        let byte = bytes[bytes.startIndex + position]
        position += 1
        id += UInt64(byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 { break }
      }
      guard let value = Int32(exactly: id) else { return nil }
      ids.append(value)
    }
    return ids
  }

  mutating func floats(_ count: Int) -> [Float]? {
    guard let part = take(4 * count) else { return nil }
    return part.withUnsafeBytes { bytes in
      (0..<count).map {
        Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
      }
    }
  }
}
