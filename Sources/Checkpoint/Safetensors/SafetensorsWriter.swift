import Foundation
import JSON

/// Writes a safetensors file whose tensors are known by name, type and shape in advance: the header first, then each
/// tensor's bytes as they become ready, in any order.
///
/// Wider element types come first, so that every tensor is aligned to its elements.
public final class SafetensorsWriter {
  /// What the header says of one tensor.
  public struct Entry: Sendable, Equatable {
    public let name: String
    public let type: TensorType
    public let shape: [Int]

    public init(name: String, type: TensorType, shape: [Int]) {
      self.name = name
      self.type = type
      self.shape = shape
    }
  }

  private let file: OutputFile
  private var pending: [String: Range<Int>] = [:]

  /// Creates the file, which must not exist, and writes its header.
  ///
  /// - Throws: `.unwritable`, `.diskFull`, `.tensor` for a size that overflows, `.duplicateTensor`.
  public init(
    creating url: URL, entries: [Entry], metadata: [(String, String)] = [("format", "mlx")]
  ) throws(CheckpointError) {
    // Assembled as text: an ordered object takes quadratic time to build.
    var members = [Self.member("__metadata__", .object(JSONObject(metadata.map { ($0.0, .string($0.1)) })))]
    var position = 0
    for entry in entries.sorted(by: { ($1.type.byteWidth, $0.name) < ($0.type.byteWidth, $1.name) }) {
      guard let count = SafetensorsHeader.byteCount(of: entry.shape, entry.type), count <= Int.max / 2 - position else {
        throw .tensor(entry.name, file: url.path, problem: "is too large to write")
      }
      guard pending.updateValue(position..<position + count, forKey: entry.name) == nil else {
        throw .duplicateTensor(entry.name, files: [url.lastPathComponent])
      }
      members.append(Self.member(entry.name, Self.describe(entry, range: position..<position + count)))
      position += count
    }
    var header = Array("{\(members.joined(separator: ","))}".utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    pending = pending.mapValues { $0.lowerBound + 8 + header.count..<$0.upperBound + 8 + header.count }
    file = try OutputFile(creating: url)
    try file.write([UInt64(header.count).littleEndian], at: 0)
    try file.write(header, at: 8)
  }

  private static func member(_ name: String, _ value: JSONValue) -> String {
    "\(JSONValue.string(name).serialized()):\(value.serialized())"
  }

  private static func describe(_ entry: Entry, range: Range<Int>) -> JSONValue {
    [
      "dtype": .string(entry.type.rawValue), "shape": .array(entry.shape.map { .integer($0) }),
      "data_offsets": [.integer(range.lowerBound), .integer(range.upperBound)],
    ]
  }

  /// Writes all elements of one tensor, each of the entry's type and little-endian.
  ///
  /// - Throws: `.tensor` if the name is unknown, already written, or the size is wrong; `.diskFull`, `.unwritable`.
  public func write(_ bytes: UnsafeRawBufferPointer, to name: String) throws(CheckpointError) {
    guard let range = pending[name] else {
      throw .tensor(name, file: file.path, problem: "is not in the header, or was written before")
    }
    guard range.count == bytes.count else {
      throw .tensor(name, file: file.path, problem: "needs \(range.count) bytes, but was given \(bytes.count)")
    }
    try file.write(bytes, at: range.lowerBound)
    pending[name] = nil
  }

  /// Writes all elements of one tensor.
  func write<Element: BitwiseCopyable>(_ elements: [Element], to name: String) throws(CheckpointError) {
    let result = elements.withUnsafeBytes { bytes -> Result<Void, CheckpointError> in
      do throws(CheckpointError) { return .success(try write(bytes, to: name)) } catch { return .failure(error) }
    }
    try result.get()
  }

  /// Checks that every tensor was written, and waits until all is on the disk.
  ///
  /// - Throws: `.tensor` if one was not; `.diskFull`, `.unwritable`.
  public func finish() throws(CheckpointError) {
    if let name = pending.keys.min() {
      throw .tensor(name, file: file.path, problem: "was never written")
    }
    try file.synchronize()
  }
}
