import Foundation
import JSON

/// A safetensors file whose header was checked: every tensor lies inside the file, none overlap, and together they fill
/// the file, as the format demands.
///
/// Format: <https://github.com/huggingface/safetensors#format>.
public struct SafetensorsFile: Sendable {
  /// The tensors by name.
  public let tensors: [String: TensorView]
  /// The string pairs under `__metadata__`, in file order.
  public let metadata: [(name: String, value: String)]
  /// The bytes that the tensors point into.
  public let file: MappedFile

  /// Brings a file into memory and checks its header.
  ///
  /// - Throws: `.notFound`, `.unreadable`, or `.safetensors` with the tensor's name and what is wrong.
  /// - Complexity: O(*n* log *n*) in tensors.
  public init(contentsOf url: URL, placement: MappedFile.Placement = .cache) throws(CheckpointError) {
    file = try MappedFile(contentsOf: url, placement: placement)
    do throws(SafetensorsProblem) {
      let header = try SafetensorsHeader(parsing: file.bytes)
      metadata = header.metadata
      var tensors: [String: TensorView] = [:]
      for entry in header.entries {
        tensors[entry.name] = TensorView(
          name: entry.name, type: entry.type, shape: entry.shape, file: file, range: entry.range)
      }
      self.tensors = tensors
    } catch {
      throw .safetensors(file: url.path, error)
    }
  }
}

/// The parsed and validated header of a safetensors file.
struct SafetensorsHeader {
  struct Entry {
    let name: String
    let type: TensorType
    let shape: [Int]
    /// In the whole file, header included.
    let range: Range<Int>
  }

  /// Larger headers are refused, as the reference implementation does.
  static let lengthLimit = 100_000_000

  private(set) var entries: [Entry] = []
  private(set) var metadata: [(name: String, value: String)] = []

  init(parsing bytes: UnsafeRawBufferPointer) throws(SafetensorsProblem) {
    guard bytes.count >= 8 else { throw .truncated(fileSize: bytes.count) }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= Self.lengthLimit, length <= bytes.count - 8 else {
      throw .headerTooLong(length: length, fileSize: bytes.count)
    }
    let dataStart = 8 + Int(length)
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: bytes[8..<dataStart])
    } catch {
      throw .headerNotJSON(error)
    }
    guard case .object(let object) = value else { throw .headerNotObject }
    for member in object.members {
      if member.name == "__metadata__" {
        metadata = try Self.metadata(member.value)
      } else {
        entries.append(try Self.entry(member.name, member.value, dataStart: dataStart, dataEnd: bytes.count))
      }
    }
    try checkCoverage(from: dataStart, to: bytes.count)
  }

  private static func metadata(_ value: JSONValue) throws(SafetensorsProblem) -> [(name: String, value: String)] {
    var pairs: [(name: String, value: String)] = []
    guard let members = value.object?.members else { throw .metadataNotStrings }
    for member in members {
      guard let text = member.value.string else { throw .metadataNotStrings }
      pairs.append((member.name, text))
    }
    return pairs
  }

  private static func entry(
    _ name: String, _ value: JSONValue, dataStart: Int, dataEnd: Int
  ) throws(SafetensorsProblem) -> Entry {
    guard let typeName = value["dtype"]?.string else { throw .badField(tensor: name, field: "dtype") }
    guard let type = TensorType(rawValue: typeName) else { throw .unknownType(tensor: name, type: typeName) }
    guard let shape = integers(value["shape"]) else { throw .badField(tensor: name, field: "shape") }
    guard let offsets = integers(value["data_offsets"]), offsets.count == 2 else {
      throw .badField(tensor: name, field: "data_offsets")
    }
    guard offsets[0] <= offsets[1], offsets[1] <= dataEnd - dataStart else {
      throw .outOfRange(tensor: name, start: offsets[0], end: offsets[1], dataSize: dataEnd - dataStart)
    }
    guard let needed = byteCount(of: shape, type) else { throw .shapeOverflow(tensor: name, shape: shape) }
    guard needed == offsets[1] - offsets[0] else {
      throw .sizeMismatch(tensor: name, expected: needed, found: offsets[1] - offsets[0])
    }
    return Entry(name: name, type: type, shape: shape, range: dataStart + offsets[0]..<dataStart + offsets[1])
  }

  /// The elements of an array of non-negative integers, else nil.
  private static func integers(_ value: JSONValue?) -> [Int]? {
    guard let elements = value?.array else { return nil }
    var result: [Int] = []
    for element in elements {
      guard case .integer(let number) = element, number >= 0 else { return nil }
      result.append(number)
    }
    return result
  }

  /// Bytes of a tensor, nil if the product overflows.
  static func byteCount(of shape: [Int], _ type: TensorType) -> Int? {
    var product = type.byteWidth
    for size in shape {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      if overflow { return nil }
      product = next
    }
    return product
  }

  /// Checks that the tensors fill the data without overlaps, gaps or a rest.
  private func checkCoverage(from start: Int, to end: Int) throws(SafetensorsProblem) {
    var position = start
    var previous = ""
    for entry in entries.sorted(by: {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }) {
      if entry.range.lowerBound < position { throw .overlap(previous, entry.name) }
      if entry.range.lowerBound > position { throw .gap(offset: position - start, before: entry.name) }
      position = entry.range.upperBound
      previous = entry.name
    }
    if position != end { throw .trailingBytes(count: end - position) }
  }
}
