/// A number that the store gave to a row; numbers of two kinds of row cannot be mistaken for one another.
public protocol RowNumber: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible,
  ExpressibleByIntegerLiteral
where RawValue == Int64 {
  init(rawValue: Int64)
}

extension RowNumber {
  public init(integerLiteral value: Int64) { self.init(rawValue: value) }
  public var description: String { String(rawValue) }
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The number by which users call a session, as in "comparison 3"; from 1, never given twice.
public struct SessionNumber: RowNumber {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// The number of a run within its store.
public struct RunNumber: RowNumber {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}
