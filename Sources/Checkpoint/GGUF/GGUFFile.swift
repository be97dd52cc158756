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
