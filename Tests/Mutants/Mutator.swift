/// Damages the text of a file, as its kind gets damaged: by accident in its bytes, and by intent in its values.
struct Mutator {
  let kind: FileKind
  let seeds: [[UInt8]]
  var random: MutantRandom

  /// The mutant of that number.
  static func mutant(_ number: Int, of kind: FileKind, seeds: Seeds, seed: UInt64) -> [UInt8] {
    var mutator = Mutator(
      kind: kind, seeds: seeds.files, random: MutantRandom(seed: seed, kind: kind, number: number))
    return kind == .safetensors ? mutator.weightFile() : mutator.text()
  }

  /// Bytes by which a change may lengthen a file: enough to show a cost that grows faster than the file.
  private static let growthLimit = 1 << 20

  private mutating func text() -> [UInt8] {
    var text = random.element(of: seeds)
    repeat { damage(&text) } while random.index(below: 2) == 0
    return text
  }

  /// A header of other tensors, of damaged text, of the wrong length, or before the wrong data.
  private mutating func weightFile() -> [UInt8] {
    var checkpoint = TinyCheckpoint()
    for _ in 0..<random.index(below: 4) { checkpoint.reshape(&random) }
    var header = Array(checkpoint.header.utf8)
    while random.index(below: 2) == 0 { damage(&header) }
    var dataSize = checkpoint.dataSize
    if random.index(below: 16) == 0 { dataSize = random.index(below: 2 * dataSize) }
    var file = TinyCheckpoint.file(header: header, dataSize: dataSize)
    if random.index(below: 16) == 0 { damageBytes(&file, within: 8) }
    if random.index(below: 16) == 0 { damageBytes(&file, within: 8 + header.count) }
    return file
  }

  private mutating func damage(_ text: inout [UInt8]) {
    guard !text.isEmpty else { return }
    switch random.index(below: 16) {
    // Its fields are bytes.
    case _ where kind == .gguf: damageBytes(&text, within: text.count)
    case 0: damageBytes(&text, within: text.count)
    case 1: splice(&text)
    case 2, 3: replaceNumber(in: &text)
    default: kind == .template ? damageTemplate(&text) : damageJSON(&text)
    }
  }
}

/// Bytes.
extension Mutator {
  private mutating func damageBytes(_ bytes: inout [UInt8], within count: Int) {
    let range = random.range(in: min(count, bytes.count), upTo: 64)
    guard let first = range.first else { return }
    switch random.index(below: 5) {
    case 0: bytes[first] ^= 1 << UInt8(random.index(below: 8))
    case 1: bytes[first] = random.element(of: [0, 1, 0x22, 0x5C, 0x7F, 0x80, 0xC0, 0xED, 0xF8, 0xFF])
    case 2: bytes.removeSubrange(range)
    case 3: bytes.removeSubrange(first...)
    default:
      let copies = Array(repeating: bytes[range], count: random.length(upTo: 100)).joined()
      bytes.insert(contentsOf: Array(copies), at: random.index(below: bytes.count))
    }
  }

  /// Puts a piece of another file in the place of one, or to the end.
  private mutating func splice(_ bytes: inout [UInt8]) {
    let other = random.element(of: seeds)
    let start = random.index(below: bytes.count)
    if random.index(below: 2) == 0 {
      bytes.replaceSubrange(start..., with: other[random.index(below: other.count)...])
    } else {
      let range = random.range(in: bytes.count, upTo: 4096)
      bytes.replaceSubrange(range, with: other[random.range(in: other.count, upTo: 4096)])
    }
  }

  private mutating func replaceNumber(in bytes: inout [UInt8]) {
    func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    let start = random.index(below: bytes.count)
    guard let first = bytes[start...].firstIndex(where: isDigit) ?? bytes.firstIndex(where: isDigit) else { return }
    let end = bytes[first...].firstIndex { !isDigit($0) && $0 != UInt8(ascii: ".") } ?? bytes.count
    bytes.replaceSubrange(first..<end, with: number().utf8)
  }

  fileprivate mutating func number() -> String {
    if random.index(below: 16) == 0 { return String(repeating: "9", count: random.length(upTo: 10_000)) }
    return random.element(of: [
      "0", "-0", "-1", "1", "2", "3", "7", "64", "255", "256", "1000", "4096", "65535", "65536", "16777216",
      "2147483647", "2147483648", "4294967295", "4294967296", "1099511627776", "4611686018427387904",
      "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551616", "0.5", "1e-320",
      "-1e308", "1e308", "1e309", "1e999999999", "1e-999999999", "NaN", "Infinity", "-Infinity", "1e18", "1.0",
    ])
  }
}

/// JSON.
extension Mutator {
  private mutating func damageJSON(_ text: inout [UInt8]) {
    let spans = JSONSpans(of: text)
    guard let value = spans.draw(&random) else { return }
    switch random.index(below: 9) {
    case 0: text.replaceSubrange(value.range, with: number().utf8)
    case 1:
      text.replaceSubrange(
        value.range,
        with: random.element(of: ["null", "true", "false", "\"\"", "[]", "{}", "[null]", "\"\\u0000\"", "[[]]"]).utf8)
    case 2: text.replaceSubrange(value.range, with: nested(Array(text[value.range])))
    case 3: grow(&text, spans)
    case 4:
      let donor = random.index(below: 2) == 0 ? text : random.element(of: seeds)
      guard let other = JSONSpans(of: donor).draw(&random) else { return }
      text.replaceSubrange(value.range, with: donor[other.range])
    case 5:
      guard let member = spans.draw(&random, where: { $0.member != nil })?.member else { return }
      repeatMember(member, in: &text)
    case 6:
      let donor = random.element(of: seeds)
      guard let member = spans.draw(&random, where: { $0.member != nil })?.member,
        let other = JSONSpans(of: donor).draw(&random, where: { $0.member != nil })?.member
      else { return }
      text.replaceSubrange(member, with: donor[other])
    default:
      guard let member = spans.draw(&random, where: { $0.member != nil })?.member else { return }
      removeMember(member, from: &text)
    }
  }

  private mutating func removeMember(_ member: Range<Int>, from text: inout [UInt8]) {
    let comma = UInt8(ascii: ",")
    let after = text[member.upperBound...].firstIndex { $0 > 0x20 } ?? text.count
    let before = text[..<member.lowerBound].lastIndex { $0 > 0x20 } ?? 0
    if after < text.count, text[after] == comma {
      text.removeSubrange(member.lowerBound...after)
    } else {
      text.removeSubrange((text[before] == comma ? before : member.lowerBound)..<member.upperBound)
    }
  }

  /// Repeats a member, under names of its own or not.
  private mutating func repeatMember(_ member: Range<Int>, in text: inout [UInt8]) {
    let original = Array(text[member])
    let areNamed = random.index(below: 4) > 0
    var copies: [UInt8] = []
    for number in 0..<random.length(upTo: max(1, min(1000, Self.growthLimit / original.count))) {
      var copy = original
      if areNamed, copy.count > 1 { copy.insert(contentsOf: "\(number)".utf8, at: 1) }
      copies += copy + [UInt8(ascii: ",")]
    }
    text.insert(contentsOf: copies, at: member.lowerBound)
  }

  private mutating func grow(_ text: inout [UInt8], _ spans: JSONSpans) {
    guard let value = spans.draw(&random, where: { $0.isString }), value.range.count >= 2 else { return }
    let content = Array(text[value.range].dropFirst().dropLast())
    let unit = random.index(below: 2) == 0 || content.isEmpty ? Array(word().utf8) : content
    let count = max(1, random.length(upTo: 100_000) / unit.count)
    text.insert(contentsOf: Array(repeatElement(unit, count: count).joined()), at: value.range.upperBound - 1)
  }

  private mutating func word() -> String {
    random.element(of: [
      "a", " ", "\u{2581}", "\u{E9}", "e\u{301}", "\u{1F600}", "\\u0000", "\\ud800", "(", "(?:a|", "[a-", "a{9}", ")*",
      "\\\\p{L}+", "(?!", "\\\\s", "<0x0A>", "\u{120}", "[^", "&&[", ".*", "(a?)+",
    ])
  }

  private mutating func nested(_ value: [UInt8]) -> [UInt8] {
    let depth = random.length(upTo: 100_000)
    let (opening, closing) = random.element(of: [
      ("[", "]"), ("{\"a\":", "}"), ("[0,", "]"), ("{\"type\":\"Sequence\",\"pretokenizers\":[", "]}"),
    ])
    let ends = random.index(below: 4) > 0
    return Array(String(repeating: opening, count: depth).utf8) + value
      + (ends ? Array(String(repeating: closing, count: depth).utf8) : [])
  }
}

/// Templates.
extension Mutator {
  private mutating func damageTemplate(_ text: inout [UInt8]) {
    let range = random.range(in: text.count, upTo: 64)
    switch random.index(below: 4) {
    case 0: text.replaceSubrange(range, with: random.element(of: Self.templateWords).utf8)
    case 1: text.insert(contentsOf: random.element(of: Self.templateWords).utf8, at: range.lowerBound)
    case 2: swapWords(&text)
    default:
      let (opening, closing) = random.element(of: [
        ("(", ")"), ("[", "]"), ("{% if 1 %}", "{% endif %}"), ("-", ""), ("not ", ""), ("{{ ", " }}"), ("{# ", "#}"),
        ("{%- for a in messages %}", "{% endfor %}"), ("1 if 1 else ", ""), ("{1: ", "}"), ("x.", ""), ("x|", ""),
        ("1 + ", ""), ("'a' ~ ", ""), ("[1,", "]"), ("{% raw %}", "{% endraw %}"), ("a(", ")"),
      ])
      let depth = random.length(upTo: 20_000)
      text.insert(contentsOf: String(repeating: closing, count: depth).utf8, at: range.upperBound)
      text.insert(contentsOf: String(repeating: opening, count: depth).utf8, at: range.lowerBound)
    }
  }

  private mutating func swapWords(_ text: inout [UInt8]) {
    var words = text.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    words.swapAt(random.index(below: words.count), random.index(below: words.count))
    text = Array(words.joined(separator: [UInt8(ascii: " ")]))
  }

  private static let templateWords = [
    "{%", "%}", "{{", "}}", "{%-", "-%}", "{#", "#}", "(", ")", "[", "]", "{", "}", "|", ".", ",", "~", "**", "*", "//",
    " in ", " is ", " not ", " and ", " if ", " else ", " for ", "messages", "loop", "loop.length", "range(999999)",
    "{% for a in messages %}", "{% endfor %}", "{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(1) }}", "[:]", "[::-1]",
    "9223372036854775807", "-9223372036854775808", "1e308", " * 99999", "namespace(a=messages)", "tojson(indent=9)",
    "'x' * 9999999", "{% break %}", "{% raw %}", "\u{1F600}", "\\",
    "{% for a in range(99999) %}{% for b in range(99999) %}", "{% for a in range(9999) %}{{ messages }}{% endfor %}",
    "{% set n = namespace(s='x') %}{% for a in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
    "{% set n = namespace(l=[1]) %}{% for a in range(99) %}{% set n.l = n.l + n.l %}{% endfor %}",
    "{% set n = namespace(l=messages) %}{% for a in range(999) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l }}",
    "{% set x = range(99999)|list %}{{ x|sort }}{{ x|tojson }}", "{{ messages|tojson|replace('e', 'eeeeeeee') }}",
    "{{ 'a'|indent('x' * 999999) }}", "{{ ('x' * 999999).split('') }}", "{{ ('x ' * 999999).split() }}",
    "{{ ('x' * 999999)|list }}", "{{ ('ab' * 99999)|join(',') }}", "{{ range(999999)|map('string')|list|length }}",
    "{{ ('x' * 9999).count('x' * 4999) }}", "{{ ('x' * 99999)|upper|lower|title|trim }}", "|unique|list", "|sort",
    "|groupby('role')", "|dictsort", "|items", "|reverse|list", "|batch(1)|list", "|tojson", "|string", "|length",
  ]
}
