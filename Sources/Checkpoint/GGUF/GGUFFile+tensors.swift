extension GGUFFile {
  private struct Entry {
    let name: String
    let type: GGUFTensorType
    let shape: [Int]
    let offset: UInt64
    let byteCount: Int
  }

  static func readTensors(
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
