/// A text several times over, which is put together only where it is used: an envelope may ask for a million tokens by a
/// sentence.
public struct RepeatedText: Sendable, Equatable {
  let once: String
  let count: Int

  public init(_ once: String, count: Int = 1) {
    self.once = once
    self.count = count
  }

  public var text: String { String(repeating: once, count: count) }

  public var byteCount: Int { once.utf8.count * count }

  /// About a million tokens.
  static let byteLimit = 4 << 20

  /// Members `text` and `repeat`.
  init?(_ fields: FieldReader) {
    let once = fields.text("text")
    let count = fields.integer("repeat", 1...100_000, default: 1)
    guard let once, let count else { return nil }
    self.init(once, count: count)
    guard byteCount <= Self.byteLimit else {
      fields.report("repeat", "makes a text of \(byteCount) bytes; \(Self.byteLimit) are allowed")
      return nil
    }
  }
}
