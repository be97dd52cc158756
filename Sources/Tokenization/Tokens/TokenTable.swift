/// Every token of a tokenizer: its bytes by id, and its id by bytes.
///
/// Keyed by bytes, not by `String`: strings that are canonically equivalent compare equal, but are different tokens.
struct TokenTable: Sendable {
  /// A highest id that bounds what a damaged file can allocate; the largest published vocabularies have 300,000 tokens.
  static let idLimit = 1 << 22

  struct Span: Sendable {
    var start: UInt32 = 0
    /// -1 where no token has the id.
    var length: Int32 = -1
  }

  private var arena: [UInt8]
  private var spans: [Span]
  private var index: TokenIndex
  /// Tokens whose spelling uses characters outside the byte alphabet, which only added tokens can produce.
  private let literals: [[UInt8]: TokenID]
  let hasher: ByteHasher

  init(arena: [UInt8], spans: [Span], index: TokenIndex, literals: [[UInt8]: TokenID], hasher: ByteHasher) {
    self.arena = arena
    self.spans = spans
    self.index = index
    self.literals = literals
    self.hasher = hasher
  }

  /// One more than the highest id.
  var idLimit: Int { spans.count }

  /// How many tokens the model's own vocabulary has.
  var count: Int { index.count + literals.count }

  /// The bytes that a token stands for.
  func bytes(of id: TokenID) -> ArraySlice<UInt8>? {
    guard spans.indices.contains(Int(id)), spans[Int(id)].length >= 0 else { return nil }
    let span = spans[Int(id)]
    return arena[Int(span.start)..<Int(span.start) + Int(span.length)]
  }

  /// The token that stands for exactly these bytes; `hash` must be the hasher's for them.
  func id(_ bytes: UnsafeBufferPointer<UInt8>, hash: UInt64) -> TokenID? {
    index.id(hash: hash) { id in
      let span = spans[Int(id)]
      return Int(span.length) == bytes.count
        && arena.withUnsafeBufferPointer { arena in
          UnsafeBufferPointer(rebasing: arena[Int(span.start)..<Int(span.start) + bytes.count]).elementsEqual(bytes)
        }
    }
  }

  /// The token that stands for exactly these bytes.
  func id(_ bytes: UnsafeBufferPointer<UInt8>) -> TokenID? { id(bytes, hash: hasher.hash(bytes)) }

  /// The token of that spelling, as the file writes it.
  func id(spelled spelling: [UInt8]) -> TokenID? {
    guard let bytes = ByteAlphabet.bytes(spelledBy: spelling) else { return literals[spelling] }
    return bytes.withUnsafeBufferPointer { id($0) }
  }

  /// Makes an added token decode to these bytes; it is not found by them.
  mutating func setBytes(_ bytes: [UInt8], of id: TokenID) {
    if Int(id) >= spans.count {
      spans += Array(repeating: Span(), count: Int(id) + 1 - spans.count)
    }
    spans[Int(id)] = Span(start: UInt32(arena.count), length: Int32(bytes.count))
    arena += bytes
  }
}
