/// What a column holds.
public struct ColumnDefinition: Sendable, Equatable {
  /// The type of its values, alike in Parquet and in JSON Lines.
  public enum Kind: String, Sendable, CaseIterable {
    case text, integer, number, boolean
    case texts, integers, numbers
  }

  public var kind: Kind
  /// Whether it may be null.
  public var isOptional: Bool
  public var summary: String

  private init(_ kind: Kind, _ summary: String, _ isOptional: Bool) {
    self.kind = kind
    self.isOptional = isOptional
    self.summary = summary
  }

  static func always(_ kind: Kind, _ summary: String) -> Self { .init(kind, summary, false) }
  static func optional(_ kind: Kind, _ summary: String) -> Self { .init(kind, summary, true) }
}

/// The columns of a table, in order.
public protocol TableColumn: CaseIterable, Hashable, RawRepresentable<String>, Sendable {
  var definition: ColumnDefinition { get }
}
