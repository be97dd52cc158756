import JSON

extension JSONValue {
  /// Null where absent or not finite.
  init(_ number: Double?) { self = number.flatMap { $0.isFinite ? .number($0) : nil } ?? .null }

  /// Null where absent.
  init(_ text: String?) { self = text.map { .string($0) } ?? .null }

  init(_ texts: [String]) { self = .array(texts.map { .string($0) }) }
}
