import JSON

extension JSONReader {
  /// Reads the `merges` array of a BPE model, whose elements are `"a b"` or `["a", "b"]`.
  ///
  /// - Parameter prefix: What the right token of a merge loses, as the file spells it.
  /// - Throws: `.field` for a merge that does not join two tokens into a third, and for too many of them.
  mutating func readMerges(of tokens: TokenTable, dropping prefix: [UInt8]) throws(TokenizerProblem) -> MergeTable {
    var merges: [(left: TokenID, right: TokenID, result: TokenID)] = []
    var scratch: [UInt8] = []
    try reading(expect(UInt8(ascii: "[")))
    if consume(UInt8(ascii: "]")) { return MergeTable(merges) }
    var number = 0
    repeat {
      _ = peek()
      let start = position
      if prefix.isEmpty, let merge = readSpelledMerge(of: tokens, scratch: &scratch) {
        merges.append(merge)
      } else {
        position = start
        if let merge = try readAnyMerge(of: tokens, dropping: prefix.count, field: "model.merges[\(number)]") {
          merges.append(merge)
        }
      }
      number += 1
      guard number <= MergeTable.countLimit else {
        throw .field("model.merges", problem: "has more than \(MergeTable.countLimit) elements")
      }
    } while consume(UInt8(ascii: ","))
    try reading(expect(UInt8(ascii: "]")))
    return MergeTable(merges)
  }

  /// Reads a merge of the usual kind: both tokens known, without spaces or escapes. Returns nil for any other, with
  /// the position anywhere.
  private mutating func readSpelledMerge(
    of tokens: TokenTable, scratch: inout [UInt8]
  ) -> (left: TokenID, right: TokenID, result: TokenID)? {
    let quote = UInt8(ascii: "\"")
    scratch.removeAll(keepingCapacity: true)
    let isPair = consume(UInt8(ascii: "["))
    guard consume(quote),
      readBytes(of: tokens.spelling, until: isPair ? quote : UInt8(ascii: " "), appendingTo: &scratch)
    else { return nil }
    let middle = scratch.count
    if isPair { guard consume(UInt8(ascii: ",")), consume(quote) else { return nil } }
    guard readBytes(of: tokens.spelling, until: quote, appendingTo: &scratch), !isPair || consume(UInt8(ascii: "]"))
    else { return nil }
    // Older merges files begin with such a line.
    if !isPair, scratch.first == UInt8(ascii: "#"), scratch.starts(with: "#version".utf8) { return nil }
    return scratch.withUnsafeBufferPointer { bytes in
      guard let left = tokens.id(UnsafeBufferPointer(rebasing: bytes[..<middle])),
        let right = tokens.id(UnsafeBufferPointer(rebasing: bytes[middle...])), let result = tokens.id(bytes)
      else { return nil }
      return (left, right, result)
    }
  }

  /// Reads a merge of any kind; returns nil for a version line.
  private mutating func readAnyMerge(
    of tokens: TokenTable, dropping prefixLength: Int, field: String
  ) throws(TokenizerProblem) -> (left: TokenID, right: TokenID, result: TokenID)? {
    var parts: [[UInt8]] = []
    switch try reading(readValue()) {
    case .string(let line):
      if line.utf8.starts(with: "#version".utf8) { return nil }
      parts = Array(line.utf8).split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map(Array.init)
    case .array(let elements): parts = elements.compactMap { $0.string.map { Array($0.utf8) } }
    default: break
    }
    guard parts.count == 2 else { throw .field(field, problem: "is not a merge of two tokens") }
    func id(_ token: [UInt8]) throws(TokenizerProblem) -> TokenID {
      if let id = tokens.id(spelled: token) { return id }
      throw .field(field, problem: "needs \"\(String(decoding: token, as: UTF8.self))\", which is not in model.vocab")
    }
    return (try id(parts[0]), try id(parts[1]), try id(parts[0] + parts[1].dropFirst(prefixLength)))
  }
}
