import ChatTemplate
import Foundation

/// The fixtures that `Conformance/make-cases.py` writes.
struct Conformance: Sendable {
  /// What transformers gave for one template and one conversation.
  struct Case: Sendable {
    let template: String
    let conversation: String
    let messages: [ChatMessage]
    let tools: [TemplateValue]?
    let addGenerationPrompt: Bool
    let variables: [(String, TemplateValue)]
    let expected: TemplateValue
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Conformance")

  /// 2025-03-04 09:05:07 UTC, which the script gave to `strftime_now` as the local time.
  static let now = Date(timeIntervalSince1970: 1_741_079_107)
  static let utc = TimeZone(secondsFromGMT: 0) ?? .current

  let sources: [String: String]
  let cases: [Case]

  static func load() throws -> Conformance {
    let root = try OrderedJSON.value(of: folder.appending(path: "cases.json"))
    let conversations = root["conversations"]?.elements ?? []
    var cases: [Case] = []
    var sources: [String: String] = [:]
    for element in root["cases"]?.elements ?? [] {
      let template = element["template"]?.string ?? ""
      let conversation = conversations[element["conversation"]?.integer ?? 0]
      cases.append(
        Case(
          template: template, conversation: conversation["name"]?.string ?? "",
          messages: (conversation["messages"]?.elements ?? []).map(message),
          tools: root["tools"]?[element["tools"]?.string ?? ""]?.elements,
          addGenerationPrompt: element["prompt"] == .boolean(true),
          variables: (root["special"]?.members ?? []) + (element["variables"]?.members ?? []), expected: element))
      sources[template] = try source(template)
    }
    return Conformance(sources: sources, cases: cases)
  }

  static func source(_ template: String) throws -> String {
    let file = folder.appending(path: "templates/\(template).jinja")
    return String(decoding: try Data(contentsOf: file), as: UTF8.self)
  }

  private static func message(_ value: TemplateValue) -> ChatMessage {
    let content = value["content"]?.string
    let extra = value.members.filter { name, _ in name != "role" && (name != "content" || content == nil) }
    return ChatMessage(role: value["role"]?.string ?? "", content: content, extra: extra)
  }
}

extension ChatTemplate {
  func render(_ test: Conformance.Case, limits: RenderLimits = .standard) throws(ChatTemplateError) -> String {
    try render(
      messages: test.messages, tools: test.tools, addGenerationPrompt: test.addGenerationPrompt,
      variables: test.variables, limits: limits, now: Conformance.now, timeZone: Conformance.utc)
  }
}

/// FNV-1a over the UTF-8 bytes, 64 bits, in hexadecimal.
func fingerprint(_ text: String) -> String {
  let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  let digits = String(hash, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
