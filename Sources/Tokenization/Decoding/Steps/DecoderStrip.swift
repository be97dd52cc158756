/// `Strip`: tokens without up to so many of a character at the start and at the end; after `Fuse`, the whole text.
struct DecoderStrip: DecoderKind {
  static let kind = "Strip"

  private let character: [UInt8]
  private let start: Int
  private let stop: Int
  private let isFused: Bool
  /// How many may still go from the start of the one text.
  private var left: Int
  /// How many wait for the text's end.
  private var waiting = 0

  init(_ scalar: Unicode.Scalar, start: Int, stop: Int, isFused: Bool) {
    character = Array(String(scalar).utf8)
    (self.start, self.stop, self.isFused) = (start, stop, isFused)
    left = start
  }

  init(_ fields: JSONFields, _ reader: inout DecoderReader) throws(TokenizerProblem) {
    self.init(
      try fields.scalar("content"), start: try fields.count("start"), stop: try fields.count("stop"),
      isFused: reader.isFused)
    guard !isFused || stop <= Self.waitingLimit else {
      throw .unsupported(
        field: fields.path(of: "stop"), value: "\(stop)", supported: ["\(Self.waitingLimit) at most, after Fuse"])
    }
  }

  /// More than any published tokenizer has.
  private static let waitingLimit = 1 << 10

  mutating func append(_ token: [UInt8]) -> [[UInt8]] {
    var token = token[...]
    var allowed = isFused ? left : start
    while allowed > 0, token.starts(with: character) {
      token = token.dropFirst(character.count)
      allowed -= 1
    }
    if isFused { left = token.isEmpty ? allowed : 0 }
    var ending = 0
    while ending < stop, token.hasSuffix(character) {
      token = token.dropLast(character.count)
      ending += 1
    }
    guard isFused else { return [Array(token)] }
    if token.isEmpty {
      // The run that waits goes on; what is more than may go from the end is certain.
      let certain = max(0, waiting + ending - stop)
      waiting += ending - certain
      return [Array(repeatElement(character, count: certain).joined())]
    }
    defer { waiting = ending }
    return [Array(repeatElement(character, count: waiting).joined()) + token]
  }

  mutating func finish() -> [[UInt8]] {
    waiting = 0
    return []
  }
}

extension ArraySlice<UInt8> {
  fileprivate func hasSuffix(_ bytes: [UInt8]) -> Bool { suffix(bytes.count).elementsEqual(bytes) }
}
