import JSON

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

  /// Of a tensor: the offsets are into the data.
  typealias Fields = (type: TensorType, shape: [Int], offsets: (start: Int, end: Int))

  private static let metadataName = "__metadata__"

  private(set) var entries: [Entry] = []
  private(set) var metadata: [(name: String, value: String)] = []

  init(parsing bytes: UnsafeRawBufferPointer) throws(SafetensorsProblem) {
    guard bytes.count >= 8 else { throw .truncated(fileSize: bytes.count) }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= Self.lengthLimit, length <= bytes.count - 8 else {
      throw .headerTooLong(length: length, fileSize: bytes.count)
    }
    let dataStart = 8 + Int(length)
    let text = UnsafeRawBufferPointer(rebasing: bytes[8..<dataStart])
    try text.withMemoryRebound(to: UInt8.self) { text throws(SafetensorsProblem) in
      try read(text, dataStart: dataStart, dataEnd: bytes.count)
    }
    do {
      try checkCoverage(from: dataStart, to: bytes.count)
    } catch {
      // A tensor that is there twice overlaps itself, and that it is there twice is the better reason.
      _ = try byName(in: bytes) { _ in }
      throw error
    }
  }

  /// What is made of each tensor, by the tensors' names.
  ///
  /// - Parameter bytes: Those that were parsed.
  /// - Throws: `headerNotJSON` for a name that occurs twice.
  func byName<Tensor>(
    in bytes: UnsafeRawBufferPointer, _ make: (Entry) -> Tensor
  ) throws(SafetensorsProblem) -> [String: Tensor] {
    // The one table of a million names: to hash them takes as long as to read them.
    var tensors = [String: Tensor](minimumCapacity: entries.count)
    for entry in entries where tensors.updateValue(make(entry), forKey: entry.name) != nil {
      let length = Int(UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)))
      let text = UnsafeRawBufferPointer(rebasing: bytes[8..<8 + length])
      let error = text.withMemoryRebound(to: UInt8.self) { Self.syntaxError(in: $0) }
      throw error.map { .headerNotJSON($0) } ?? .overlap(entry.name, entry.name)
    }
    return tensors
  }

  /// Reads member by member, so that a header of a million tensors makes no tree of a million objects.
  private mutating func read(
    _ text: UnsafeBufferPointer<UInt8>, dataStart: Int, dataEnd: Int
  ) throws(SafetensorsProblem) {
    // An entry has some 70 bytes at least.
    entries.reserveCapacity(text.count / 64)
    var hasMetadata = false
    var reader = JSONReader(text)
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { reader.position = 3 }
    do {
      guard reader.peek() == UInt8(ascii: "{") else {
        _ = try reader.readValue()
        try reader.expectEnd()
        throw SafetensorsProblem.headerNotObject
      }
      reader.position += 1
      if !reader.consume(UInt8(ascii: "}")) {
        repeat {
          let name = try reader.readString()
          try reader.expect(UInt8(ascii: ":"))
          if name == Self.metadataName {
            guard !hasMetadata else { throw reader.error(.duplicateName(name)) }
            hasMetadata = true
          }
          try readMember(name, &reader, dataStart: dataStart, dataEnd: dataEnd)
        } while reader.consume(UInt8(ascii: ","))
        try reader.expect(UInt8(ascii: "}"))
      }
      try reader.expectEnd()
    } catch let problem as SafetensorsProblem {
      // What comes after it may be no JSON, which is then the better reason.
      if let error = Self.syntaxError(in: text) { throw .headerNotJSON(error) }
      throw problem
    } catch let error as JSONError {
      throw .headerNotJSON(error)
    } catch {
      throw .headerNotObject
    }
  }

  private static func syntaxError(in text: UnsafeBufferPointer<UInt8>) -> JSONError? {
    do throws(JSONError) {
      _ = try JSONValue(parsing: UnsafeRawBufferPointer(text))
      return nil
    } catch {
      return error
    }
  }

  private mutating func readMember(
    _ name: String, _ reader: inout JSONReader, dataStart: Int, dataEnd: Int
  ) throws {
    if name == Self.metadataName {
      metadata = try Self.metadata(try reader.readValue())
    } else if let fields = Self.plainFields(&reader) {
      entries.append(try Self.entry(name, fields, dataStart: dataStart, dataEnd: dataEnd))
    } else {
      entries.append(try Self.entry(name, try reader.readValue(), dataStart: dataStart, dataEnd: dataEnd))
    }
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
    return try entry(name, (type, shape, (offsets[0], offsets[1])), dataStart: dataStart, dataEnd: dataEnd)
  }

  private static func entry(
    _ name: String, _ fields: Fields, dataStart: Int, dataEnd: Int
  ) throws(SafetensorsProblem) -> Entry {
    let (type, shape, offsets) = fields
    guard offsets.start <= offsets.end, offsets.end <= dataEnd - dataStart else {
      throw .outOfRange(tensor: name, start: offsets.start, end: offsets.end, dataSize: dataEnd - dataStart)
    }
    guard let needed = byteCount(of: shape, type) else { throw .shapeOverflow(tensor: name, shape: shape) }
    guard needed == offsets.end - offsets.start else {
      throw .sizeMismatch(tensor: name, expected: needed, found: offsets.end - offsets.start)
    }
    return Entry(name: name, type: type, shape: shape, range: dataStart + offsets.start..<dataStart + offsets.end)
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
    func precedes(_ one: Entry, _ other: Entry) -> Bool {
      (one.range.lowerBound, one.range.upperBound) < (other.range.lowerBound, other.range.upperBound)
    }
    // Nearly always in this order already.
    let isOrdered = zip(entries, entries.dropFirst()).allSatisfy { !precedes($1, $0) }
    for entry in isOrdered ? entries : entries.sorted(by: precedes) {
      if entry.range.lowerBound < position { throw .overlap(previous, entry.name) }
      if entry.range.lowerBound > position { throw .gap(offset: position - start, before: entry.name) }
      position = entry.range.upperBound
      previous = entry.name
    }
    if position != end { throw .trailingBytes(count: end - position) }
  }
}
