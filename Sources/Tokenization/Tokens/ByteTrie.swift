/// Byte strings by common prefix, to find which of them a text contains.
struct ByteTrie: Sendable {
  /// Children form a linked list: nodes are few and mostly have one child.
  private struct Node {
    var byte: UInt8
    var value: Int32 = -1
    var firstChild: Int32 = -1
    var nextSibling: Int32 = -1
  }

  /// Where some string has led to.
  enum Position: Sendable {
    case root
    case node(Int)
  }

  private var nodes: [Node] = []
  /// The root's children by byte, -1 if there is none.
  private var roots: [Int32] = Array(repeating: -1, count: 256)

  init() {}

  /// The spellings of a vocabulary, by id.
  init(_ tokens: TokenTable) {
    for id in 0..<TokenID(tokens.idLimit) {
      if let bytes = tokens.bytes(of: id), !bytes.isEmpty { _ = insert(Array(bytes), value: id) }
    }
  }

  /// Adds a string that is not empty; returns false if it is there already.
  mutating func insert(_ string: [UInt8], value: Int32) -> Bool {
    guard let first = string.first else { return false }
    if roots[Int(first)] < 0 { roots[Int(first)] = addNode(first) }
    var node = Int(roots[Int(first)])
    for byte in string.dropFirst() {
      if let child = child(of: node, byte) {
        node = child
      } else {
        let child = addNode(byte)
        nodes[Int(child)].nextSibling = nodes[node].firstChild
        nodes[node].firstChild = child
        node = Int(child)
      }
    }
    guard nodes[node].value < 0 else { return false }
    nodes[node].value = value
    return true
  }

  private mutating func addNode(_ byte: UInt8) -> Int32 {
    nodes.append(Node(byte: byte))
    return Int32(nodes.count - 1)
  }

  /// Where a string leads to; nil if no string begins with it.
  func position(after string: [UInt8]) -> Position? {
    string.reduce(.root) { position, byte in position.flatMap { child(of: $0, byte).map(Position.node) } }
  }

  private func child(of position: Position, _ byte: UInt8) -> Int? {
    switch position {
    case .root: roots[Int(byte)] < 0 ? nil : Int(roots[Int(byte)])
    case .node(let node): child(of: node, byte)
    }
  }

  private func child(of node: Int, _ byte: UInt8) -> Int? {
    var child = nodes[node].firstChild
    while child >= 0 {
      if nodes[Int(child)].byte == byte { return Int(child) }
      child = nodes[Int(child)].nextSibling
    }
    return nil
  }

  /// The leftmost, then longest string that a text contains from a position on.
  func firstMatch(in text: UTF8Text, from position: Int) -> (range: Range<Int>, value: Int32)? {
    guard !nodes.isEmpty else { return nil }
    for start in position..<text.count where roots[Int(text[start])] >= 0 {
      if let (end, value) = longestMatch(in: text, at: start) { return (start..<end, value) }
    }
    return nil
  }

  /// Calls `body` with the end and the value of each string that a text contains at a position, the shortest first.
  ///
  /// - Parameter origin: Where the strings go on; the text has what comes after that only.
  func forEachMatch(
    in text: UTF8Text, at start: Int, from origin: Position = .root, _ body: (_ end: Int, _ value: Int32) -> Void
  ) {
    guard start < text.count, var node = child(of: origin, text[start]) else { return }
    var end = start + 1
    while true {
      if nodes[node].value >= 0 { body(end, nodes[node].value) }
      guard end < text.count, let child = child(of: node, text[end]) else { return }
      node = child
      end += 1
    }
  }

  /// The longest string that a text contains at a position.
  func longestMatch(in text: UTF8Text, at start: Int, from origin: Position = .root) -> (end: Int, value: Int32)? {
    var longest: (end: Int, value: Int32)?
    forEachMatch(in: text, at: start, from: origin) { end, value in longest = (end, value) }
    return longest
  }
}
