import ChatTemplate
import Foundation
import Testing

@Suite("Damaged templates")
struct MutationTests {
  /// Small enough that even an unoptimized build is done with them in a fraction of a second.
  static let limits = RenderLimits(steps: 200_000, outputBytes: 1 << 20, depth: 160)

  @Test("Ten thousand damaged templates each render or fail in under two seconds of processor time", arguments: 0..<4)
  func mutations(part: Int) throws {
    let conformance = try Conformance.load()
    let names = conformance.sources.keys.sorted()
    var mutator = Mutator(seed: UInt64(part))
    var rendered = 0
    for _ in 0..<2500 {
      let source = mutator.mutate(conformance.sources[names[mutator.next(below: names.count)]] ?? "")
      let test = conformance.cases[mutator.next(below: conformance.cases.count)]
      let start = Self.threadSeconds
      if (try? ChatTemplate(source: source).render(test, limits: Self.limits)) != nil { rendered += 1 }
      #expect(Self.threadSeconds - start < 2, "\(source)")
    }
    #expect((100..<2400).contains(rendered))
  }

  /// Processor time of this thread, which other programs do not take part in.
  private static var threadSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// Damages templates, the same way on every run.
struct Mutator {
  /// SplitMix64 (Steele, Lea and Flood 2014).
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next(below bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(max(bound, 1)))
  }

  /// One to three of: bytes deleted, swapped, doubled or moved, and words of the language put in.
  mutating func mutate(_ source: String) -> String {
    var bytes = Array(source.utf8)
    for _ in 0...next(below: 3) {
      let start = next(below: bytes.count)
      let end = min(start + 1 + next(below: 30), bytes.count)
      switch next(below: 6) {
      case 0: bytes.removeSubrange(start..<end)
      case 1: bytes.remove(at: min(start, bytes.count - 1))
      case 2: bytes.swapAt(start, next(below: bytes.count))
      case 3: bytes.insert(contentsOf: bytes[start..<end], at: next(below: bytes.count))
      case 4: bytes.replaceSubrange(start..<end, with: Self.words[next(below: Self.words.count)].utf8)
      default: swapWords(&bytes)
      }
      if bytes.isEmpty { bytes = Array("{{".utf8) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func swapWords(_ bytes: inout [UInt8]) {
    let words = bytes.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    var order = Array(words.indices)
    order.swapAt(next(below: order.count), next(below: order.count))
    bytes = Array(order.map { words[$0] }.joined(separator: [UInt8(ascii: " ")]))
  }

  private static let words = [
    "{%", "%}", "{{", "}}", "{%-", "-%}", "{#", "#}", "(", ")", "[", "]", "{", "}", "|", ".", ",", "~", "**", "*", "//",
    " in ", " is ", " not ", " and ", " if ", " else ", " for ", "messages", "loop", "loop.length", "range(99999)",
    "{% for a in messages %}", "{% endfor %}", "{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(1) }}", "[:]", "[::-1]",
    "9223372036854775807", "-9223372036854775808", "1e308", " * 99999", "namespace(a=messages)", "tojson(indent=9)",
    "'x' * 9999999", "{% break %}", "{% raw %}", "\u{1F600}", "\\",
  ]
}
