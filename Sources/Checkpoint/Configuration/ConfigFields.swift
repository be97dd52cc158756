import JSON

/// Reads members of a configuration object and checks them against their limits.
///
/// Each reader throws `.field` with the member's name; null counts as missing.
public struct ConfigFields: Sendable, Equatable {
  public let value: JSONValue
  let file: String

  /// - Parameter file: The file's path, for messages.
  public init(value: JSONValue, file: String) { (self.value, self.file) = (value, file) }

  public func error(_ name: String, _ problem: String) -> CheckpointError {
    .field(file: file, name: name, problem: problem)
  }

  /// Whether the member exists and is not null.
  public func has(_ name: String) -> Bool { (value[name] ?? .null) != .null }

  public func string(_ name: String) throws(CheckpointError) -> String {
    guard has(name) else { throw error(name, "is missing") }
    guard let text = value[name]?.string, !text.isEmpty else { throw error(name, "is not a non-empty string") }
    return text
  }

  /// An integer from 1 to `limit`.
  public func size(_ name: String, upTo limit: Int, default fallback: Int? = nil) throws(CheckpointError) -> Int {
    guard has(name) else {
      if let fallback { return fallback }
      throw error(name, "is missing")
    }
    guard let number = value[name]?.integer, (1...limit).contains(number) else {
      throw error(name, "is not an integer from 1 to \(limit)")
    }
    return number
  }

  /// An integer from 1 to `limit`, or nil for 0 or null, by which a configuration says that it has none.
  public func count(_ name: String, upTo limit: Int, default fallback: Int? = nil) throws(CheckpointError) -> Int? {
    guard let member = value[name] else { return fallback }
    if member == .null || member.integer == 0 { return nil }
    return try size(name, upTo: limit)
  }

  public func number(
    _ name: String, in range: ClosedRange<Double>, default fallback: Double? = nil
  ) throws(CheckpointError) -> Double {
    guard has(name) else {
      if let fallback { return fallback }
      throw error(name, "is missing")
    }
    guard let number = value[name]?.number, range.contains(number) else {
      throw error(name, "is not a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  public func bool(_ name: String, default fallback: Bool) throws(CheckpointError) -> Bool {
    guard has(name) else { return fallback }
    guard let flag = value[name]?.bool else { throw error(name, "is neither true nor false") }
    return flag
  }

  /// One token id or a list of them; empty if the member is missing.
  public func tokenIDs(_ name: String, vocabularySize: Int) throws(CheckpointError) -> [Int] {
    guard has(name), let member = value[name] else { return [] }
    var ids: [Int] = []
    for element in member.array ?? [member] {
      guard let id = element.integer, (0..<vocabularySize).contains(id) else {
        throw error(name, "is not a token id below vocab_size, nor a list of them")
      }
      ids.append(id)
    }
    return ids
  }
}
