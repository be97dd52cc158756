import ChatTemplate
import Foundation
import JSON
import Testing

@Suite("Limits")
struct LimitTests {
  static let endlessTemplates: [(String, ChatTemplateError.Limit)] = [
    ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", .steps),
    ("{{ 'x' * 9999999 }}", .output),
    ("{{ 'x' * 9999999999 }}", .output),
    ("{{ [1] * 9999999999 }}", .steps),
    ("{% for a in range(99) %}{{ 'x' * 19999 }}{% endfor %}", .output),
    ("{% set n = namespace(s='x') %}{% for a in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}", .output),
    ("{% set n = namespace(l=[1]) %}{% for a in range(99) %}{% set n.l = n.l + n.l %}{% endfor %}", .steps),
    ("{% set n = namespace(l=[1]) %}{% for a in range(99) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l }}", .steps),
    (
      "{% set n = namespace(l=[1]) %}{% for a in range(99) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l == n.l }}",
      .steps
    ),
    ("{% set n = namespace(l=[]) %}{% for a in range(9999) %}{% set n.l = [n.l] %}{% endfor %}", .depth),
    ("{% set n = namespace(l={}) %}{% for a in range(9999) %}{% set n.l = {1: n.l} %}{% endfor %}", .depth),
    ("{% set n = namespace(l=[]) %}{% for a in range(9999) %}{% set n.l = [n.l]|map('list') %}{% endfor %}", .depth),
    ("{% set n = namespace(l={}) %}{% for a in range(9999) %}{% set n.l = {1: n.l.get} %}{% endfor %}", .depth),
    ("{% macro m(x) %}{{ m([x]) }}{% endmacro %}{{ m(1) }}", .depth),
    ("{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{{ caller }}{% endmacro %}{{ m() }}", .depth),
    ("{% set n = namespace() %}{% set n.n = n %}{{ n }}", .depth),
    ("{{ range(99)|join('x' * 19999) }}", .output),
    ("{% set x = range(99999)|list %}{% for a in x %}{% if x == x|sort %}{% endif %}{% endfor %}", .steps),
    ("{{ 'a'|indent('x' * 9999999999) }}", .output),
    ("{{ [1]|tojson(indent=9999999999) }}", .output),
    ("{{ ('x' * 9999999).replace('x', 'y' * 9999) }}", .output),
    ("{{ " + String(repeating: "(", count: 9999), .nesting),
    ("{{ " + String(repeating: "-", count: 9999) + "1 }}", .nesting),
    ("{{ " + String(repeating: "[", count: 9999) + String(repeating: "]", count: 9999) + " }}", .nesting),
    (String(repeating: "{% if 1 %}", count: 9999), .nesting),
    ("{% set " + String(repeating: "(", count: 9999) + "a", .nesting),
    ("{{ " + String(repeating: "1 if 1 else ", count: 9999) + "1 }}", .nesting),
  ]

  @Test("A template that does not end is stopped by its limits, on a small stack")
  func endless() {
    let limits = RenderLimits(steps: 200_000, outputBytes: 1 << 20, depth: RenderLimits.standard.depth)
    for (source, limit) in Self.endlessTemplates {
      let error = onSmallStack { try ChatTemplate(source: source).render([:], limits: limits) }
      var reached: ChatTemplateError.Limit?
      if case .limit(let limit, _, _)? = error { reached = limit }
      #expect(reached == limit, "\(source.prefix(200)) gave \(String(describing: error))")
    }
  }

  static let circularTemplates = [
    "{% set n = namespace() %}{% set n.n = n %}",
    "{% set n = namespace() %}{% for a in range(20000) %}{% set n.n = namespace(n=n.n) %}{% endfor %}",
    "{% set n = namespace() %}{% for a in range(9000) %}{% set n.n = [namespace(n=n.n)] %}{% endfor %}",
    """
    {% set n = namespace() %}{% for a in range(9000) %}{% set v = n.n %}{% for b in [1] if true %}{% set n.n = loop %}\
    {% endfor %}{% endfor %}
    """,
    """
    {% set n = namespace() %}{% for a in range(9000) %}{% set v = n.n %}{% macro m() %}{{ v }}{% endmacro %}\
    {% set n.n = m %}{% endfor %}
    """,
    "{{ " + String(repeating: "1 + ", count: 20_000) + "1 }}",
    "{{ 1" + String(repeating: "|string", count: 20_000) + " }}",
    "{{ " + String(repeating: "not ", count: 20_000) + "1 }}",
    "{% if 0 %}" + String(repeating: "{% elif 0 %}", count: 20_000) + "{% endif %}",
    String(repeating: "{# ", count: 20_000) + "#}",
    String(repeating: "{% raw", count: 1) + String(repeating: " ", count: 20_000) + "%}{% endraw %}",
  ]

  @Test("Cycles and long chains are built and released on a small stack")
  func cycles() {
    for source in Self.circularTemplates {
      let error = onSmallStack { try ChatTemplate(source: source).render([:], limits: .standard) }
      #expect(error == nil, "\(source.prefix(200))")
    }
  }

  @Test("A short template with little data is held to less than a long one, or one with much data")
  func justifiedWork() throws {
    let source = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    func steps(_ source: String, _ data: JSONValue = .null) throws -> Int {
      let error = #expect(throws: ChatTemplateError.self) { try ChatTemplate(source: source).render(["data": data]) }
      guard case .limit(.steps, let maximum, _)? = error else { return 0 }
      return maximum
    }
    let short = try steps(source)
    #expect(short < 200_000)
    #expect(try steps(source + String(repeating: " ", count: 1000)) == short + 64_000)
    #expect(try steps(source, .string(String(repeating: "x", count: 1000))) == short)
    let used = try steps(source + "{{ data }}", "")
    #expect(try steps(source + "{{ data }}", .string(String(repeating: "x", count: 1000))) == used + 64_000)
    // Pairs of elements are what published templates go through, and what JSON counts for each.
    let list = JSONValue.array(Array(repeating: .integer(1), count: 100))
    #expect(try steps(source + "{{ data }}", list) == used + 32 * 100 * 100 + 64 * 8 * 100)
    let error = #expect(throws: ChatTemplateError.self) {
      try ChatTemplate(source: "{{ 'x' * 9999999 }}").render([:])
    }
    #expect(error == .limit(.output, maximum: 128 << 10 + 16 * 19, line: 1))
  }

  static let hoarders = [
    "{% set n = namespace() %}{% for m in data %}{% for a in data %}{% set n.l = [[a], [m]] %}{% endfor %}{% endfor %}",
    "{% set n = namespace(l=[]) %}{% for m in data %}{% for a in data %}{% set n.l = n.l + [a] %}{% endfor %}{% endfor %}",
    "{% for m in data %}{% for a in data %}{% macro m() %}{{ m }}{% endmacro %}{% endfor %}{% endfor %}",
    "{% for m in data %}{% for a in data %}{% set n = namespace() %}{% endfor %}{% endfor %}",
    "{% for m in data %}{% for a in data %}{% if {'a': a, 'b': m} %}{% endif %}{% endfor %}{% endfor %}",
    "{% for m in data %}{% for a in data %}{% if 'x' * 999 %}{% endif %}{% endfor %}{% endfor %}",
    """
    {% set n = namespace(h=none, x='a' * 5000) %}{% for m in data %}{% for a in data %}\
    {% set n.h = namespace(p=n.h, t=n.x) %}{% set n.x = n.x ~ 'b' %}{% endfor %}{% endfor %}
    """,
  ]

  @Test("Many messages allow more steps, not more memory")
  func hoarding() {
    let data = JSONValue.array(Array(repeating: .integer(1), count: 250))
    for source in Self.hoarders {
      let error = #expect(throws: ChatTemplateError.self, "\(source)") {
        try ChatTemplate(source: source).render(["data": data])
      }
      guard case .limit(let limit, let maximum, _)? = error else { continue }
      #expect(limit == .allocations || limit == .output || limit == .depth, "\(source)")
      #expect(maximum < 200_000)
    }
  }

  @Test("A list that doubles is refused before it is made")
  func doubling() {
    let source = "{% set n = namespace(l=[1]) %}{% for a in range(99) %}{% set n.l = n.l + n.l %}{% endfor %}"
    let error = #expect(throws: ChatTemplateError.self) { try ChatTemplate(source: source).render([:]) }
    #expect(error == .limit(.allocations, maximum: 20_000 + 8 * source.utf8.count, line: 1))
  }

  @Test("A list that grows by each message of a long conversation is no hoard")
  func collecting() throws {
    let source = "{% set n = namespace(l=[]) %}{% for m in data %}{% set n.l = n.l + [m] %}{% endfor %}{{ n.l|length }}"
    let data = JSONValue.array(Array(repeating: .string(String(repeating: "x", count: 150)), count: 2000))
    #expect(try ChatTemplate(source: source).render(["data": data]) == "2000")
  }

  @Test("A spread and a filter over a range cost as much as they make")
  func ranges() {
    let work = "{% set r = range(100000) %}{% for i in r %}"
    for source in [work + "{{ ''.format(*r) }}{% endfor %}", work + "{% if r|sum %}{% endif %}{% endfor %}"] {
      let error = #expect(throws: ChatTemplateError.self) { try ChatTemplate(source: source).render([:]) }
      guard case .limit? = error else { Issue.record("\(source)"); continue }
    }
  }

  @Test("Data nested deeper than the limit is refused")
  func deepData() {
    var value: JSONValue = []
    for _ in 0..<500 { value = [value] }
    let data = value
    let error = onSmallStack { try ChatTemplate(source: "{{ a }}").render(["a": data]) }
    #expect(error == .limit(.depth, maximum: 160, line: 1))
  }

  /// Runs on a thread with the stack that secondary threads have on macOS, or twice that for unoptimized code.
  private func onSmallStack(_ body: @escaping @Sendable () throws -> String) -> ChatTemplateError? {
    let box = Box()
    let thread = Thread {
      do { _ = try body() } catch { box.error = error as? ChatTemplateError }
      box.done.signal()
    }
    #if DEBUG
      thread.stackSize = 1024 << 10
    #else
      thread.stackSize = 512 << 10
    #endif
    thread.start()
    box.done.wait()
    return box.error
  }

  /// Written by the thread before it signals and read after, so never at once.
  private final class Box: @unchecked Sendable {
    var error: ChatTemplateError?
    let done = DispatchSemaphore(value: 0)
  }
}
