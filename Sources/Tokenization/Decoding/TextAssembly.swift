/// The text that tokens make, token by token.
///
/// Holds back what later tokens may still change: what the decoder's steps hold back.
struct TextAssembly: Sendable {
  private var steps: [any DecoderStep]

  init(_ decoder: Decoder) { steps = decoder.steps }

  /// Appends what is certain with one more token, given as its bytes.
  mutating func append(_ token: ArraySlice<UInt8>, to text: inout [UInt8]) {
    if steps.isEmpty { text += token } else { append(Array(token), from: 0, to: &text) }
  }

  /// Appends what is held back.
  mutating func finish(_ text: inout [UInt8]) {
    for index in steps.indices {
      for piece in steps[index].finish() { append(piece, from: index + 1, to: &text) }
    }
  }

  private mutating func append(_ token: [UInt8], from index: Int, to text: inout [UInt8]) {
    guard index < steps.count else { return text += token }
    for piece in steps[index].append(token) { append(piece, from: index + 1, to: &text) }
  }
}

extension Decoder {
  /// The bytes that a token stands for within a text, where it is neither the first nor the last.
  func bytes(within token: ArraySlice<UInt8>) -> [UInt8] {
    let steps = steps
    guard !steps.isEmpty else { return Array(token) }
    if steps.contains(where: { $0 is ByteFallback }), let byte = Array(token).fallbackByte { return [byte] }
    let other = Array("x".utf8)[...]
    var assembly = TextAssembly(self)
    var text: [UInt8] = []
    assembly.append(other, to: &text)
    // What waits for a next token is the other one; then the token waits.
    let awaitsNext = steps.contains { type(of: $0).awaitsNext }
    if awaitsNext { assembly.append(token, to: &text) }
    text = []
    assembly.append(awaitsNext ? other : token, to: &text)
    return text
  }
}
