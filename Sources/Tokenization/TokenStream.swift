/// Decodes tokens one at a time, holding back what later tokens may change: the bytes of a character until it is
/// complete, and those of byte fallback tokens until another token follows.
///
/// ```swift
/// var stream = TokenStream(tokenizer)
/// for id in generated { print(stream.append(id), terminator: "") }
/// print(stream.finish())
/// ```
///
/// The pieces joined are what ``Tokenizer/decode(_:skipSpecialTokens:)`` returns for all the ids at once.
public struct TokenStream: Sendable {
  private let tokenizer: Tokenizer
  private let skipSpecialTokens: Bool
  private var assembly: TextAssembly
  private var pending: [UInt8] = []

  public init(_ tokenizer: Tokenizer, skipSpecialTokens: Bool = false) {
    self.tokenizer = tokenizer
    self.skipSpecialTokens = skipSpecialTokens
    assembly = TextAssembly(tokenizer.decoder)
  }

  /// Adds a token and returns the text that is certain with it; may be empty.
  public mutating func append(_ id: TokenID) -> String {
    tokenizer.append(id, skipSpecialTokens: skipSpecialTokens, to: &assembly, &pending)
    let complete = pending.count - pending.unfinishedScalarLength
    defer { pending.removeFirst(complete) }
    return String(decoding: pending[..<complete], as: UTF8.self)
  }

  /// Returns what is held back, an unfinished character as U+FFFD; the stream is empty afterwards.
  public mutating func finish() -> String {
    assembly.finish(&pending)
    defer {
      assembly = TextAssembly(tokenizer.decoder)
      pending = []
    }
    return String(decoding: pending, as: UTF8.self)
  }
}

extension [UInt8] {
  /// How many bytes at the end begin a scalar that more bytes could complete (Unicode Standard, table 3-7).
  fileprivate var unfinishedScalarLength: Int {
    guard let start = suffix(3).lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return 0 }
    let second: ClosedRange<UInt8>
    let length: Int
    switch self[start] {
    case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return 0
    }
    let present = count - start
    guard present < length, present == 1 || second.contains(self[start + 1]) else { return 0 }
    return present
  }
}
