/// A name that stands for one thing and cannot be mistaken for the name of another kind of thing.
public protocol Identifier: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible,
  ExpressibleByStringLiteral
where RawValue == String {
  init(rawValue: String)
}

extension Identifier {
  public init(stringLiteral value: String) { self.init(rawValue: value) }
  public var description: String { rawValue }
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A stable alias that callers use, such as `default` or `coding`.
public struct Role: Identifier {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
}

/// The physical identity of weights, such as `mlx-community/Qwen3-30B-A3B-4bit`.
public struct ModelID: Identifier {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
}

/// The SHA-256 of an envelope's canonical bytes, as 64 lower-case hexadecimal digits.
public struct EnvelopeHash: Identifier {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  /// The first 12 digits, for people.
  public var short: String { String(rawValue.prefix(12)) }
}

/// The name of a cell, unique within its envelope.
public struct CellID: Identifier {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
}

/// The SHA-256 over the tensors of a model, whatever files they are in.
///
/// It is of the canonical JSON of `{tensor: [type, shape, SHA-256 of its bytes]}`. Another name of a file or of the model,
/// other shards, headers, configurations and tokenizers change nothing; any other value in any tensor does.
public struct TensorsHash: Identifier {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  /// The first 12 digits, for people.
  public var short: String { String(rawValue.prefix(12)) }
}

/// The SHA-256 over the names and hashes of every file of a model folder that decides what it computes.
public struct WeightsHash: Identifier {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  /// The first 12 digits, for people.
  public var short: String { String(rawValue.prefix(12)) }
}
