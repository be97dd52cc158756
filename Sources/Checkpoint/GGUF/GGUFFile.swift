import Foundation

/// A GGUF file (version 2 or 3, little-endian) whose metadata and tensor table were read and checked.
///
/// Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.
public struct GGUFFile: Sendable {
  public let url: URL
  public let version: UInt32
  /// The metadata by key, e.g. `general.architecture`.
  public let metadata: [String: GGUFValue]
  /// In file order, names unique.
  public let tensors: [GGUFTensor]
  let file: MappedFile

  /// Maps a file and checks its tables; tensor bytes are not read.
  ///
  /// - Throws: `.notFound`, `.unreadable`, or `.gguf` with the field's or tensor's name.
  public init(contentsOf url: URL) throws(CheckpointError) {
    self.url = url
    file = try MappedFile(contentsOf: url)
    do throws(GGUFProblem) {
      var reader = GGUFReader(file.bytes)
      version = try Self.readVersion(&reader)
      let tensorCount = try reader.count(upTo: 1 << 20, field: "the tensor count")
      let valueCount = try reader.count(upTo: 1 << 16, field: "the metadata count")
      metadata = try Self.readMetadata(&reader, count: valueCount)
      let alignment = try Self.alignment(metadata)
      tensors = try Self.readTensors(&reader, count: tensorCount, alignment: alignment, file: file)
    } catch {
      throw .gguf(file: url.path, error)
    }
  }

  private static func readVersion(_ reader: inout GGUFReader) throws(GGUFProblem) -> UInt32 {
    guard try reader.integer(UInt32.self, field: "the magic number") == 0x4655_4747 else { throw .badMagic }
    let version = try reader.integer(UInt32.self, field: "the version")
    if (2...3).contains(version) { return version }
    throw (1...0xFFFF).contains(version.byteSwapped) ? .bigEndian : .unsupportedVersion(version)
  }

  private static func readMetadata(
    _ reader: inout GGUFReader, count: Int
  ) throws(GGUFProblem) -> [String: GGUFValue] {
    var metadata: [String: GGUFValue] = [:]
    for index in 0..<count {
      let key = try reader.string(field: "the key of metadata value \(index)")
      let value = try reader.value(field: key)
      guard metadata.updateValue(value, forKey: key) == nil else { throw .duplicate(field: key) }
    }
    return metadata
  }

  private static func alignment(_ metadata: [String: GGUFValue]) throws(GGUFProblem) -> Int {
    guard let value = metadata["general.alignment"] else { return 32 }
    guard let number = value.integer, (8...65536).contains(number), number & (number - 1) == 0 else {
      throw .badAlignment(UInt64(clamping: value.integer ?? 0))
    }
    return number
  }
}

/// Required metadata, each with its key in the error.
extension GGUFFile {
  func integer(_ key: String) throws(GGUFProblem) -> Int {
    guard let value = metadata[key] else { throw .missingField(key) }
    guard let number = value.integer else { throw .badField(key, problem: "is not an integer") }
    return number
  }

  func number(_ key: String) throws(GGUFProblem) -> Double {
    guard let value = metadata[key] else { throw .missingField(key) }
    guard let number = value.number, number.isFinite else { throw .badField(key, problem: "is not a finite number") }
    return number
  }

  func string(_ key: String) throws(GGUFProblem) -> String {
    guard let value = metadata[key] else { throw .missingField(key) }
    guard let text = value.string else { throw .badField(key, problem: "is not a string") }
    return text
  }

  func array(_ key: String) throws(GGUFProblem) -> [GGUFValue] {
    guard let value = metadata[key] else { throw .missingField(key) }
    guard let elements = value.array else { throw .badField(key, problem: "is not an array") }
    return elements
  }
}

/// The table of tensors.
extension GGUFFile {
  private struct Entry {
    let name: String
    let type: GGUFTensorType
    let shape: [Int]
    let offset: UInt64
    let byteCount: Int
  }

  private static func readTensors(
    _ reader: inout GGUFReader, count: Int, alignment: Int, file: MappedFile
  ) throws(GGUFProblem) -> [GGUFTensor] {
    var entries: [Entry] = []
    var names = Set<String>()
    for index in 0..<count {
      let entry = try readEntry(&reader, index: index)
      guard names.insert(entry.name).inserted else { throw .duplicate(field: "tensor \"\(entry.name)\"") }
      entries.append(entry)
    }
    let dataStart = (reader.position + alignment - 1) / alignment * alignment
    let available = max(0, file.count - dataStart)
    var tensors: [GGUFTensor] = []
    for entry in entries {
      guard entry.offset % UInt64(alignment) == 0 else {
        throw .badTensor(entry.name, problem: "has the offset \(entry.offset), not a multiple of \(alignment)")
      }
      guard entry.offset <= available, entry.byteCount <= available - Int(entry.offset) else {
        throw .badTensor(
          entry.name,
          problem: "lies at \(entry.offset) with \(entry.byteCount) bytes, outside the \(available) bytes of data")
      }
      let start = dataStart + Int(entry.offset)
      let range = start..<start + entry.byteCount
      tensors.append(GGUFTensor(name: entry.name, type: entry.type, shape: entry.shape, file: file, range: range))
    }
    try checkOverlap(tensors)
    return tensors
  }

  private static func readEntry(_ reader: inout GGUFReader, index: Int) throws(GGUFProblem) -> Entry {
    let name = try reader.string(field: "the name of tensor \(index)")
    let field = "the entry of tensor \"\(name)\""
    let rank = try reader.integer(UInt32.self, field: field)
    guard (1...4).contains(rank) else { throw .badTensor(name, problem: "has \(rank) dimensions, not 1 to 4") }
    var shape: [Int] = []
    var elements = 1
    for _ in 0..<rank {
      let size = try reader.integer(UInt64.self, field: field)
      guard let size = Int(exactly: size), size > 0 else {
        throw .badTensor(name, problem: "has a dimension of \(size)")
      }
      let (product, overflow) = elements.multipliedReportingOverflow(by: size)
      guard !overflow else { throw .badTensor(name, problem: "has dimensions whose product overflows") }
      elements = product
      shape.insert(size, at: 0)
    }
    let number = try reader.integer(UInt32.self, field: field)
    guard let type = GGUFTensorType(number: number) else {
      throw .badTensor(name, problem: "has the unknown type \(number)")
    }
    guard shape[shape.count - 1] % type.blockSize == 0 else {
      throw .badTensor(name, problem: "has rows that are no multiple of \(type.name)'s \(type.blockSize) elements")
    }
    let (byteCount, overflow) = (elements / type.blockSize).multipliedReportingOverflow(by: type.blockBytes)
    guard !overflow else { throw .badTensor(name, problem: "has dimensions whose product overflows") }
    let offset = try reader.integer(UInt64.self, field: field)
    return Entry(name: name, type: type, shape: shape, offset: offset, byteCount: byteCount)
  }

  private static func checkOverlap(_ tensors: [GGUFTensor]) throws(GGUFProblem) {
    let sorted = tensors.sorted { $0.range.lowerBound < $1.range.lowerBound }
    for (previous, next) in zip(sorted, sorted.dropFirst()) where previous.range.upperBound > next.range.lowerBound {
      throw .overlap(previous.name, next.name)
    }
  }
}
