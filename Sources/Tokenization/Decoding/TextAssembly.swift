/// The text that tokens make, token by token.
///
/// Holds back what later tokens may still change: the bytes of a run of byte tokens.
struct TextAssembly: Sendable {
  private let decoder: Decoder
  /// The bytes of the run of byte tokens that is open.
  private var pendingBytes: [UInt8] = []
  /// Whether a token has reached the metaspace step.
  private var hasFirstToken = false
  /// By text step: how many characters may still be stripped.
  private var strippable: [Int] = []

  init(_ decoder: Decoder) {
    self.decoder = decoder
    if case .characters(_, let textSteps) = decoder {
      strippable = textSteps.map { if case .strip(_, let count) = $0 { count } else { 0 } }
    }
  }

  /// Appends what is certain with one more token, given as its bytes.
  mutating func append(_ token: ArraySlice<UInt8>, to text: inout [UInt8]) {
    switch decoder {
    case .byteLevel: text += token
    case .characters(let tokenSteps, let textSteps):
      append(Array(token), from: 0, tokenSteps, textSteps, to: &text)
    }
  }

  /// Appends what is held back.
  mutating func finish(_ text: inout [UInt8]) {
    guard case .characters(let tokenSteps, let textSteps) = decoder else { return }
    guard let index = tokenSteps.firstIndex(of: .byteFallback) else { return }
    flush(before: index + 1, tokenSteps, textSteps, to: &text)
  }

  private mutating func append(
    _ token: [UInt8], from index: Int, _ tokenSteps: [Decoder.TokenStep], _ textSteps: [Decoder.TextStep],
    to text: inout [UInt8]
  ) {
    var token = token
    for (offset, step) in tokenSteps[index...].enumerated() {
      switch step {
      case .replace(let pattern, let content):
        token = token.withUnsafeBufferPointer { pattern.replacing(in: UTF8Text($0), with: content) } ?? token
      case .byteFallback:
        if let byte = token.fallbackByte { return pendingBytes.append(byte) }
        flush(before: index + offset + 1, tokenSteps, textSteps, to: &text)
      case .metaspace(let metaspace):
        let drops = metaspace.prepending != .never && !hasFirstToken
        hasFirstToken = true
        token = token.replacing(metaspace.replacement.utf8, with: drops ? [] : [UInt8(ascii: " ")])
      case .strip(let scalar, let count):
        var left = count
        token.strip(scalar, atMost: &left)
      }
    }
    appendFinal(token, textSteps, to: &text)
  }

  /// Ends a run of byte tokens, whose text goes on from the step after them.
  private mutating func flush(
    before index: Int, _ tokenSteps: [Decoder.TokenStep], _ textSteps: [Decoder.TextStep], to text: inout [UInt8]
  ) {
    guard !pendingBytes.isEmpty else { return }
    let bytes = pendingBytes
    pendingBytes = []
    if String(validating: bytes, as: UTF8.self) != nil {
      append(bytes, from: index, tokenSteps, textSteps, to: &text)
    } else {
      for _ in bytes { append(Array("\u{FFFD}".utf8), from: index, tokenSteps, textSteps, to: &text) }
    }
  }

  private mutating func appendFinal(_ piece: [UInt8], _ textSteps: [Decoder.TextStep], to text: inout [UInt8]) {
    var piece = piece
    for (index, step) in textSteps.enumerated() where !piece.isEmpty {
      switch step {
      case .replace(let scalar, let content):
        piece = piece.replacing(String(scalar).utf8, with: content.utf8)
      case .strip(let scalar, _):
        piece.strip(scalar, atMost: &strippable[index])
        if !piece.isEmpty { strippable[index] = 0 }
      }
    }
    text += piece
  }
}

extension Decoder {
  /// The bytes that a token stands for within a text, where it is neither the first nor the last.
  func bytes(within token: ArraySlice<UInt8>) -> [UInt8] {
    guard case .characters(let tokenSteps, _) = self else { return Array(token) }
    if tokenSteps.contains(.byteFallback), let byte = Array(token).fallbackByte { return [byte] }
    var assembly = TextAssembly(self)
    var text: [UInt8] = []
    assembly.append(Array("x".utf8)[...], to: &text)
    text = []
    assembly.append(token, to: &text)
    return text
  }
}

extension [UInt8] {
  /// The byte that a token such as `<0x0A>` spells; nil for any other.
  var fallbackByte: UInt8? {
    guard count == 6, starts(with: "<0x".utf8), self[5] == UInt8(ascii: ">") else { return nil }
    // What the reference library parses as two hexadecimal digits may also be a sign and one digit.
    if self[3] == UInt8(ascii: "+") { return UInt8(String(decoding: self[4..<5], as: UTF8.self), radix: 16) }
    return self[3] == UInt8(ascii: "-") ? nil : UInt8(String(decoding: self[3..<5], as: UTF8.self), radix: 16)
  }

  /// Removes up to so many of a character from the start, and counts them off.
  fileprivate mutating func strip(_ scalar: Unicode.Scalar, atMost limit: inout Int) {
    let encoded = Array(String(scalar).utf8)
    var start = 0
    while limit > 0, self[start...].starts(with: encoded) {
      start += encoded.count
      limit -= 1
    }
    removeFirst(start)
  }
}
