/// The sizes of a model in a GGUF file, each positive and small enough that products of two do not overflow.
struct GGUFSizes {
  let blockCount: Int
  private let sizes: [GGUFFamily.Dimension: Int]

  subscript(dimension: GGUFFamily.Dimension) -> Int { sizes[dimension] ?? 0 }

  /// Reads the metadata.
  ///
  /// - Throws: `.missingField` or `.badField` with the metadata key.
  init(_ file: GGUFFile, family: GGUFFamily, vocabularySize: Int) throws(GGUFProblem) {
    let prefix = family.architecture
    func size(_ name: String, default fallback: Int? = nil) throws(GGUFProblem) -> Int {
      let key = "\(prefix).\(name)"
      if let fallback, file.metadata[key] == nil { return fallback }
      // Some families give each block its own number; those that can be imported have one for all.
      let elements = file.metadata[key]?.array ?? []
      var number = elements.first?.integer
      if number == nil || !elements.allSatisfy({ $0.integer == number }) { number = try file.integer(key) }
      guard let number, (1...1 << 26).contains(number) else {
        throw .badField(key, problem: "is not a size from 1 to \(1 << 26)")
      }
      return number
    }
    let (hidden, heads) = (try size("embedding_length"), try size("attention.head_count"))
    let head = try size("attention.key_length", default: hidden / heads)
    guard try size("attention.value_length", default: head) == head else {
      throw .badField("\(prefix).attention.value_length", problem: "differs from the length of keys, \(head)")
    }
    let rotary = try size("rope.dimension_count", default: head)
    guard rotary == head else {
      throw .badField("\(prefix).rope.dimension_count", problem: "is \(rotary), but heads have \(head) elements")
    }
    let keyValueHeads = try size("attention.head_count_kv", default: heads)
    var sizes: [GGUFFamily.Dimension: Int] = [
      .hidden: hidden, .heads: heads, .head: head, .queries: heads * head, .keysAndValues: keyValueHeads * head,
      .vocabulary: vocabularySize,
    ]
    if family.isMixture {
      sizes[.experts] = try size("expert_count")
      let expert = try size(
        "expert_feed_forward_length", default: file.metadata["\(prefix).feed_forward_length"]?.integer)
      sizes[.expertIntermediate] = expert
      sizes[.intermediate] = try size("feed_forward_length", default: expert)
    } else {
      sizes[.intermediate] = try size("feed_forward_length")
    }
    blockCount = try size("block_count")
    guard blockCount <= 1 << 12 else { throw .badField("\(prefix).block_count", problem: "is not at most \(1 << 12)") }
    self.sizes = sizes
  }

  var keyValueHeadCount: Int { self[.keysAndValues] / max(1, self[.head]) }
}
