/// Where the values of a JSON text stand; of a damaged text, where they seem to.
struct JSONSpans {
  struct Value {
    let range: Range<Int>
    /// From the name on, if the value is a member of an object.
    let member: Range<Int>?
    let isString: Bool
  }

  /// By depth.
  private(set) var levels: [[Value]] = []

  init(of text: [UInt8]) {
    var open: [(start: Int, isObject: Bool, member: Int?)] = []
    var name: Int?
    var position = 0
    func end(of start: Int) -> Int {
      var end = start + 1
      if text[start] == UInt8(ascii: "\"") {
        while end < text.count, text[end] != UInt8(ascii: "\"") { end += text[end] == UInt8(ascii: "\\") ? 2 : 1 }
        return min(end + 1, text.count)
      }
      while end < text.count, !" ,:]}\n\"".utf8.contains(text[end]) { end += 1 }
      return end
    }
    while position < text.count {
      switch text[position] {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        open.append((position, text[position] == UInt8(ascii: "{"), name))
        name = nil
        position += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        position += 1
        guard let container = open.popLast() else { break }
        add(container.start..<position, from: container.member, depth: open.count)
      case 0...0x20, UInt8(ascii: ","), UInt8(ascii: ":"): position += 1
      default:
        let start = position
        position = end(of: start)
        if open.last?.isObject == true, name == nil {
          name = start
        } else {
          add(start..<position, from: name, depth: open.count, isString: text[start] == UInt8(ascii: "\""))
          name = nil
        }
      }
    }
  }

  private mutating func add(_ range: Range<Int>, from member: Int?, depth: Int, isString: Bool = false) {
    while levels.count <= depth { levels.append([]) }
    levels[depth].append(
      Value(range: range, member: member.map { $0..<range.upperBound }, isString: isString))
  }

  /// A value that satisfies a condition, of a depth that is as likely as any other; nil if there is none.
  func draw(_ random: inout MutantRandom, where condition: (Value) -> Bool = { _ in true }) -> Value? {
    let candidates = levels.filter { $0.contains(where: condition) }
    guard !candidates.isEmpty else { return nil }
    return random.element(of: random.element(of: candidates).filter(condition))
  }
}
