/// How a vocabulary spells its tokens.
enum TokenSpelling: Sendable, Equatable {
  /// Byte by byte, in the byte alphabet.
  case byteAlphabet
  /// As they are.
  case characters

  /// The bytes that a spelling stands for, or nil if it leaves the byte alphabet and is taken as it is.
  func bytes(of spelling: [UInt8]) -> [UInt8]? {
    self == .byteAlphabet ? ByteAlphabet.bytes(spelledBy: spelling) : spelling
  }
}

/// Every token of a tokenizer: its bytes by id, and its id by bytes.
///
/// Keyed by bytes, not by `String`: strings that are canonically equivalent compare equal, but are different tokens.
struct TokenTable: Sendable {
  /// Bounds what a damaged file can allocate; the largest published vocabularies have 300,000 tokens.
  static let idLimit = 1 << 22

  /// How high ids may go in a vocabulary of so many tokens: a file may leave some out, but not nearly all.
  static func idLimit(tokenCount: Int) -> Int { min(idLimit, 65_536 + 8 * tokenCount) }

  private struct Span {
    var start: UInt32 = 0
    /// -1 if no token has the id.
    var length: Int32 = -1

    var range: Range<Int> { Int(start)..<Int(start) + Int(length) }
  }

  private var arena: [UInt8]
  private var spans: [Span]
  /// Tokens of the vocabulary that decode to other bytes than it spells.
  private var decodedSpans: [TokenID: Span] = [:]
  private var index: TokenIndex
  /// Tokens whose spelling uses characters outside the byte alphabet, which only added tokens can produce.
  private var literals: [[UInt8]: TokenID] = [:]
  let spelling: TokenSpelling
  let hasher = ByteHasher()

  /// Creates a table without tokens, for `capacity` of them with ids below `idLimit` and bytes in `arena`.
  init(arena: [UInt8], idLimit: Int, capacity: Int, spelling: TokenSpelling) {
    self.spelling = spelling
    self.arena = arena
    spans = Array(repeating: Span(), count: idLimit)
    index = TokenIndex(capacity: capacity)
  }

  /// One more than the highest id.
  var idLimit: Int { spans.count }

  /// How many tokens the model's own vocabulary has.
  var count: Int { index.count + literals.count }

  /// The bytes that a token stands for.
  func bytes(of id: TokenID) -> ArraySlice<UInt8>? {
    guard spans.indices.contains(Int(id)), spans[Int(id)].length >= 0 else { return nil }
    if !decodedSpans.isEmpty, let span = decodedSpans[id] { return arena[span.range] }
    return arena[spans[Int(id)].range]
  }

  /// The token that stands for exactly these bytes; `hash` must be the hasher's for them.
  func id(_ bytes: UnsafeBufferPointer<UInt8>, hash: UInt64) -> TokenID? {
    index.id(hash: hash) { id in
      let span = spans[Int(id)]
      return Int(span.length) == bytes.count
        && arena.withUnsafeBufferPointer { UnsafeBufferPointer(rebasing: $0[span.range]).holdsSameBytes(as: bytes) }
    }
  }

  /// The token that stands for exactly these bytes.
  func id(_ bytes: UnsafeBufferPointer<UInt8>) -> TokenID? { id(bytes, hash: hasher.hash(bytes)) }

  /// The token of that spelling, as the file writes it.
  func id(spelled name: [UInt8]) -> TokenID? {
    guard let bytes = spelling.bytes(of: name) else { return literals[name] }
    return bytes.withUnsafeBufferPointer { id($0) }
  }

  /// Adds a token, whose id must be free, with bytes of the arena; returns false if there is one for these bytes.
  mutating func insert(_ id: TokenID, range: Range<Int>, isLiteral: Bool) -> Bool {
    spans[Int(id)] = Span(start: UInt32(range.lowerBound), length: Int32(range.count))
    if isLiteral { return literals.updateValue(id, forKey: Array(arena[range])) == nil }
    let (hash, known) = arena.withUnsafeBufferPointer { arena in
      let bytes = UnsafeBufferPointer(rebasing: arena[range])
      let hash = hasher.hash(bytes)
      return (hash, self.id(bytes, hash: hash))
    }
    if known == nil { index.insert(id, hash: hash) }
    return known == nil
  }

  /// Makes an added token decode to these bytes; what the vocabulary finds by their own stays.
  mutating func setBytes(_ bytes: [UInt8], of id: TokenID) {
    if Int(id) >= spans.count { spans += Array(repeating: Span(), count: Int(id) + 1 - spans.count) }
    let span = Span(start: UInt32(arena.count), length: Int32(bytes.count))
    arena += bytes
    if spans[Int(id)].length < 0 { spans[Int(id)] = span } else { decodedSpans[id] = span }
  }
}

/// Collects a vocabulary, in whatever order a file lists it, into a `TokenTable`.
struct TokenTableBuilder {
  private struct Entry {
    let id: TokenID
    let range: Range<Int>
    let isLiteral: Bool
  }

  let spelling: TokenSpelling
  /// Where the reader appends the bytes of the next token, before `add`.
  var arena: [UInt8] = []
  private var entries: [Entry] = []
  private var added = 0

  init(_ spelling: TokenSpelling) { self.spelling = spelling }

  /// How many tokens were added.
  var count: Int { entries.count }

  /// Adds a token whose bytes are what was appended to `arena` since the last call.
  mutating func add(id: TokenID, isLiteral: Bool) {
    entries.append(Entry(id: id, range: added..<arena.count, isLiteral: isLiteral))
    added = arena.count
  }

  /// What was appended to `arena` since the last `add`, as text for messages.
  var pendingText: String { String(decoding: arena[added...], as: UTF8.self) }

  /// - Throws: `.field` for an id or a token that occurs twice.
  func build() throws(TokenizerProblem) -> TokenTable {
    let idLimit = entries.reduce(0) { max($0, Int($1.id) + 1) }
    guard idLimit <= TokenTable.idLimit(tokenCount: entries.count) else {
      throw .unsupported(
        field: "model.vocab", value: "one that has the id \(idLimit - 1), but only \(entries.count) tokens",
        supported: ["ids below \(TokenTable.idLimit(tokenCount: entries.count)) with so many tokens"])
    }
    var table = TokenTable(arena: arena, idLimit: idLimit, capacity: entries.count, spelling: spelling)
    for entry in entries {
      guard table.bytes(of: entry.id) == nil else {
        throw .field("model.vocab", problem: "gives the id \(entry.id) to two tokens")
      }
      guard table.insert(entry.id, range: entry.range, isLiteral: entry.isLiteral) else {
        let text = String(decoding: arena[entry.range], as: UTF8.self)
        throw .field("model.vocab", problem: "lists the token for \"\(text)\" twice")
      }
    }
    return table
  }
}

/// An open-addressing table of token ids, probed linearly and never more than half full.
private struct TokenIndex: Sendable {
  private struct Slot {
    /// -1 if the slot is free.
    var id: TokenID = -1
    var tag: UInt32 = 0
  }

  private var slots: [Slot]
  private(set) var count = 0

  init(capacity: Int) {
    slots = Array(repeating: Slot(), count: max(2, (2 * capacity).nextPowerOfTwo))
  }

  /// The id under `hash` that `isMatch` accepts.
  @inline(__always)
  func id(hash: UInt64, isMatch: (TokenID) -> Bool) -> TokenID? {
    var position = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    while slots[position].id >= 0 {
      if slots[position].tag == tag, isMatch(slots[position].id) { return slots[position].id }
      position = (position + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Adds an id that is not there yet; no more of them than the capacity.
  mutating func insert(_ id: TokenID, hash: UInt64) {
    var position = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[position].id >= 0 { position = (position + 1) & (slots.count - 1) }
    slots[position] = Slot(id: id, tag: UInt32(truncatingIfNeeded: hash >> 32))
    count += 1
  }
}
