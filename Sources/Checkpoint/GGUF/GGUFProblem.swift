/// What is wrong with a GGUF file, or what in it has no counterpart in an MLX model folder.
public enum GGUFProblem: Error, Equatable, Sendable, CustomStringConvertible {
  case badMagic
  case bigEndian
  case unsupportedVersion(UInt32)
  case truncated(field: String)
  case tooMany(field: String, count: UInt64, limit: Int)
  case invalidUTF8(field: String)
  case unknownValueType(field: String, type: UInt32)
  case invalidBool(field: String)
  case nestedTooDeeply(field: String)
  case duplicate(field: String)
  case badAlignment(UInt64)
  case badTensor(String, problem: String)
  case overlap(String, String)
  case missingField(String)
  case badField(String, problem: String)
  case unsupportedType(tensor: String, type: String)
  case unsupported(field: String, value: String, supported: [String])

  public var description: String {
    switch self {
    case .badMagic: "it does not begin with \"GGUF\""
    case .bigEndian: "it is big-endian; convert it to little-endian first"
    case .unsupportedVersion(let version): "its version is \(version), but only 2 and 3 are supported"
    case .truncated(let field): "it ends inside \(field); fetch it again"
    case .tooMany(let field, let count, let limit): "\(field) is said to hold \(count), more than the limit of \(limit)"
    case .invalidUTF8(let field): "\(field) is not valid UTF-8"
    case .unknownValueType(let field, let type): "\(field) has the unknown value type \(type)"
    case .invalidBool(let field): "\(field) is neither 0 nor 1"
    case .nestedTooDeeply(let field): "\(field) is an array nested too deeply"
    case .duplicate(let field): "\(field) occurs twice"
    case .badAlignment(let value): "general.alignment is \(value), not a power of two from 8 to 65536"
    case .badTensor(let name, let problem): "tensor \"\(name)\" \(problem)"
    case .overlap(let first, let second): "tensors \"\(first)\" and \"\(second)\" overlap"
    case .missingField(let name): "\(name) is missing"
    case .badField(let name, let problem): "\(name) \(problem)"
    case .unsupportedType(let tensor, let type):
      "tensor \"\(tensor)\" has the type \(type), but only \(ImportedForm.types) can be imported, and vectors only as "
        + "floats"
    case .unsupported(let field, let value, let supported):
      "\(field) is \"\(value)\", but only \(supported.joined(separator: ", ")) can be imported"
    }
  }
}
