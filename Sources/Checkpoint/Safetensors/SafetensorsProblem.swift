import JSON

/// What is wrong with a safetensors file.
public enum SafetensorsProblem: Error, Equatable, Sendable, CustomStringConvertible {
  case truncated(fileSize: Int)
  case headerTooLong(length: UInt64, fileSize: Int)
  case headerNotJSON(JSONError)
  case headerNotObject
  case metadataNotStrings
  case badField(tensor: String, field: String)
  case unknownType(tensor: String, type: String)
  case shapeOverflow(tensor: String, shape: [Int])
  case outOfRange(tensor: String, start: Int, end: Int, dataSize: Int)
  case sizeMismatch(tensor: String, expected: Int, found: Int)
  case overlap(String, String)
  case gap(offset: Int, before: String)
  case trailingBytes(count: Int)

  public var description: String {
    switch self {
    case .truncated(let size): "it ends after \(size) bytes, before the 8-byte header length"
    case .headerTooLong(let length, let size):
      "the header is said to be \(length) bytes long, but the file has \(size) and the limit is "
        + "\(SafetensorsHeader.lengthLimit)"
    case .headerNotJSON(let error): "the header is \(error)"
    case .headerNotObject: "the header is not a JSON object"
    case .metadataNotStrings: "__metadata__ is not an object of strings"
    case .badField(let tensor, let field): "tensor \"\(tensor)\" has a missing or malformed \"\(field)\""
    case .unknownType(let tensor, let type): "tensor \"\(tensor)\" has the unknown dtype \"\(type)\""
    case .shapeOverflow(let tensor, let shape): "the shape \(shape) of tensor \"\(tensor)\" overflows"
    case .outOfRange(let tensor, let start, let end, let size):
      "tensor \"\(tensor)\" lies at \(start)..<\(end), outside the \(size) bytes of data"
    case .sizeMismatch(let tensor, let expected, let found):
      "tensor \"\(tensor)\" needs \(expected) bytes by its shape and dtype, but its offsets span \(found)"
    case .overlap(let first, let second): "tensors \"\(first)\" and \"\(second)\" overlap"
    case .gap(let offset, let name): "there is a hole at data offset \(offset), before tensor \"\(name)\""
    case .trailingBytes(let count): "\(count) bytes after the last tensor belong to none"
    }
  }
}
