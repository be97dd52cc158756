import ChatTemplate
import Foundation
import JSON
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

  @Test("Every small template renders as in Jinja")
  func snippets() throws {
    let root = try Conformance.json("snippets.json")
    let context = Dictionary(uniqueKeysWithValues: root["context"]?.object?.members.map { ($0.name, $0.value) } ?? [])
    let snippets = try #require(root["snippets"]?.array)
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

  /// FNV-1a over the UTF-8 bytes, 64 bits, in hexadecimal.
  private func fingerprint(_ text: String) -> String {
    let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// The fixtures that `Conformance/make-cases.py` writes.
struct Conformance: Sendable {
  /// One template and one conversation, with the result of transformers.
  struct Case: Sendable {
    let template: String
    let conversation: String
    let messages: [ChatMessage]
    let tools: [JSONValue]?
    let addGenerationPrompt: Bool
    let variables: [(String, JSONValue)]
    let expected: JSONValue
  }

  /// 2025-03-04 09:05:07 UTC, which the script passed to `strftime_now` as the local time.
  static let now = Date(timeIntervalSince1970: 1_741_079_107)
  static let utc = TimeZone(secondsFromGMT: 0) ?? .current
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Conformance")

  /// The source of each template, by name.
  let sources: [String: String]
  let cases: [Case]

  static func load() throws -> Conformance {
    let root = try json("cases.json")
    let conversations = root["conversations"]?.array ?? []
    var cases: [Case] = []
    var sources: [String: String] = [:]
    for element in root["cases"]?.array ?? [] {
      let template = element["template"]?.string ?? ""
      let conversation = conversations[element["conversation"]?.integer ?? 0]
      let variables = [root["special"], element["variables"]].flatMap { Array(($0?.object ?? JSONObject()).members) }
      cases.append(
        Case(
          template: template, conversation: conversation["name"]?.string ?? "",
          messages: (conversation["messages"]?.array ?? []).compactMap { ChatMessage($0) },
          tools: root["tools"]?[element["tools"]?.string ?? ""]?.array,
          addGenerationPrompt: element["prompt"] == true,
          variables: variables.map { ($0.name, $0.value) }, expected: element))
      sources[template] = String(decoding: try data("templates/\(template).jinja"), as: UTF8.self)
    }
    return Conformance(sources: sources, cases: cases)
  }

  static func json(_ path: String) throws -> JSONValue { try JSONValue(parsing: try data(path)) }

  private static func data(_ path: String) throws -> Data { try Data(contentsOf: folder.appending(path: path)) }
}

extension ChatTemplate {
  func render(_ test: Conformance.Case, limits: RenderLimits? = nil) throws(ChatTemplateError) -> String {
    try render(
      messages: test.messages, tools: test.tools, addGenerationPrompt: test.addGenerationPrompt,
      variables: test.variables, limits: limits, now: Conformance.now, timeZone: Conformance.utc)
  }
}
