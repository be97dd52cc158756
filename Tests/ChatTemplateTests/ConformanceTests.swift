import ChatTemplate
import Foundation
import Testing

/// Golden texts from transformers 5.23 with Jinja 3.1.6; `Conformance/make-cases.py` wrote them.
@Suite("Conformance with transformers")
struct ConformanceTests {
  @Test("Every template renders every conversation to the same text, and refuses the same ones")
  func conversations() throws {
    let conformance = try Conformance.load()
    #expect(conformance.cases.count >= 14 * 60)
    var templates: [String: ChatTemplate] = [:]
    for (name, source) in conformance.sources { templates[name] = try ChatTemplate(source: source) }
    for test in conformance.cases {
      let template = try #require(templates[test.template])
      let label = "\(test.template): \(test.conversation), \(test.expected)"
      let result = Result { try template.render(test) }
      guard case .success(let text) = result else {
        #expect(test.expected["error"] != nil, "\(label) gave \(result)")
        continue
      }
      if let expected = test.expected["text"]?.string {
        #expect(Array(text.utf8) == Array(expected.utf8), "\(label) gave \(text)")
      } else {
        #expect(text.utf8.count == test.expected["bytes"]?.integer, "\(label) gave \(text)")
        #expect(fingerprint(text) == test.expected["fnv1a"]?.string, "\(label) gave \(text)")
      }
    }
  }

  @Test("Every small template gives what Jinja gives")
  func snippets() throws {
    let root = try OrderedJSON.value(of: Conformance.folder.appending(path: "snippets.json"))
    let context = Dictionary(uniqueKeysWithValues: root["context"]?.members ?? [])
    let snippets = try #require(root["snippets"]?.elements)
    #expect(snippets.count > 800)
    for snippet in snippets {
      let source = try #require(snippet["template"]?.string)
      let result = Result {
        try ChatTemplate(source: source).render(context, now: Conformance.now, timeZone: Conformance.utc)
      }
      if let expected = snippet["text"]?.string {
        #expect((try? result.get().utf8).map(Array.init) == Array(expected.utf8), "\(source) gave \(result)")
      } else {
        #expect(throws: ChatTemplateError.self, "\(source) should fail as in Jinja: \(snippet)") { try result.get() }
      }
    }
  }
}
