import ChatTemplate
import Foundation
import JSON
import Testing

@Suite("Messages")
struct MessageTests {
  @Test("A message is a mapping of its role, content and further members in order")
  func order() throws {
    let message = ChatMessage(
      role: "tool", content: "12", extra: JSONObject([("name", "clock"), ("tool_call_id", "a1")]))
    #expect(message.json == ["role": "tool", "content": "12", "name": "clock", "tool_call_id": "a1"])
    #expect(
      try render("{{ messages[0] | tojson }}", message)
        == #"{"role": "tool", "content": "12", "name": "clock", "tool_call_id": "a1"}"#)
  }

  @Test("A further member replaces the role or content of the same name in place")
  func replacement() throws {
    let message = ChatMessage(role: "tool", content: "12", extra: JSONObject([("name", "clock"), ("role", "user")]))
    #expect(
      try render("{{ messages[0] | tojson }}", message) == #"{"role": "user", "content": "12", "name": "clock"}"#)
  }

  @Test("A message without content has no such member, and one with null has")
  func content() throws {
    let source = "{{ messages[0].content is defined }}{{ messages[0].content is none }}"
    let null = ChatMessage(role: "assistant", extra: JSONObject([("content", .null)]))
    #expect(try render(source, ChatMessage(role: "assistant")) == "FalseFalse")
    #expect(try render(source, null) == "TrueTrue")
  }

  @Test("Templates read reasoning under either name", arguments: ["reasoning_content", "reasoning"])
  func reasoning(name: String) throws {
    let message = ChatMessage(role: "assistant", content: "4", extra: JSONObject([(name, "2 and 2")]))
    #expect(
      try render("{{ messages[0].thinking }}, {{ messages[0].reasoning_content }}", message) == "2 and 2, 2 and 2")
  }

  @Test("Tools left out are none, and variables reach the template")
  func variables() throws {
    let template = try ChatTemplate(source: "{{ bos_token }}{{ tools is none }}{{ add_generation_prompt }}")
    let text = try template.render(messages: [], addGenerationPrompt: true, variables: [("bos_token", "<s>")])
    #expect(text == "<s>TrueTrue")
  }

  @Test("Names that look alike but differ in code points are two members")
  func codePoints() throws {
    let extra = try JSONValue(parsing: "{\"\u{E9}\": 1, \"e\u{301}\": 2}")
    let message = ChatMessage(role: "tool", extra: extra.object ?? JSONObject())
    let text = try render("{{ messages[0] | tojson }}", message)
    #expect(Array(text.utf8) == Array("{\"role\": \"tool\", \"\u{E9}\": 1, \"e\u{301}\": 2}".utf8))
  }

  @Test("Integers and other numbers stay apart, and a large integer is a number")
  func numbers() throws {
    let numbers = try JSONValue(parsing: "[1, 1.0, 1e2, -0, -0.0, 9223372036854775807, 9223372036854775808]")
    let template = try ChatTemplate(source: "{{ numbers }}")
    #expect(
      try template.render(["numbers": numbers])
        == "[1, 1.0, 100.0, 0, -0.0, 9223372036854775807, 9.223372036854776e+18]")
  }

  @Test("The clock is the caller's")
  func clock() throws {
    let template = try ChatTemplate(source: "{{ strftime_now('%d %b %Y, %H:%M') }}")
    let zone = try #require(TimeZone(secondsFromGMT: 7200))
    #expect(try template.render([:], now: Date(timeIntervalSince1970: 0), timeZone: zone) == "01 Jan 1970, 02:00")
  }

  private func render(_ source: String, _ message: ChatMessage) throws -> String {
    try ChatTemplate(source: source).render(messages: [message], addGenerationPrompt: false)
  }
}
