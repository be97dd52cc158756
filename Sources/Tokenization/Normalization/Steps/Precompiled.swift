/// `Precompiled`: SentencePiece's own normalization, compiled into a character map.
///
/// The reference library looks up each grapheme cluster of fewer than six bytes as a whole, and then takes the shortest
/// key that the cluster begins with for all of it, so that what follows that key is dropped. Other clusters are looked up
/// scalar by scalar.
struct Precompiled: NormalizerStep {
  static let kinds = ["Precompiled"]

  private static let longestCluster = 5

  let map: CharacterMap

  init(_ fields: JSONFields, _ growth: inout TextGrowth) throws(TokenizerProblem) {
    let name = "precompiled_charsmap"
    let text = try fields.string(name)
    do throws(CharacterMap.Damage) { map = try CharacterMap(base64: text) } catch {
      throw .field(fields.path(of: name), problem: error.reason)
    }
    try growth.add(factor: map.growth, path: fields.path)
  }

  func rewriting(_ text: UTF8Text) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var isChanged = false
    var start = 0
    for cluster in String(decoding: text.bytes(0..<text.count), as: UTF8.self) {
      let end = start + cluster.utf8.count
      defer { start = end }
      if end - start <= Self.longestCluster, let content = map.replacement(of: text, start..<end) {
        result += content
        isChanged = true
        continue
      }
      var position = start
      while position < end {
        let next = text.position(after: position)
        if let content = map.replacement(of: text, position..<next) {
          result += content
          isChanged = true
        } else {
          result += text.bytes(position..<next)
        }
        position = next
      }
    }
    return isChanged ? result : nil
  }
}
