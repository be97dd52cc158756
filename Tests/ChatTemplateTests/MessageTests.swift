import ChatTemplate
import Foundation
import Testing

@Suite("Messages")
struct MessageTests {
  @Test("A message is a mapping of its role, content and further members in order")
  func order() throws {
    let message = ChatMessage(role: "tool", content: "12", extra: [("name", "clock"), ("tool_call_id", "a1")])
    #expect(
      message.templateValue == ["role": "tool", "content": "12", "name": "clock", "tool_call_id": "a1"])
    let template = try ChatTemplate(source: "{{ messages[0] | tojson }}")
    #expect(
      try template.render(messages: [message], addGenerationPrompt: false)
        == #"{"role": "tool", "content": "12", "name": "clock", "tool_call_id": "a1"}"#)
  }

  @Test("A message without content has no such member, and one with null has")
  func content() throws {
    let template = try ChatTemplate(source: "{{ messages[0].content is defined }}{{ messages[0].content is none }}")
    let absent = ChatMessage(role: "assistant")
    let null = ChatMessage(role: "assistant", extra: [("content", nil)])
    #expect(try template.render(messages: [absent], addGenerationPrompt: false) == "FalseFalse")
    #expect(try template.render(messages: [null], addGenerationPrompt: false) == "TrueTrue")
  }

  @Test("Reasoning is given under the names that templates read", arguments: ["reasoning_content", "reasoning"])
  func reasoning(name: String) throws {
    let template = try ChatTemplate(source: "{{ messages[0].thinking }}, {{ messages[0].reasoning_content }}")
    let message = ChatMessage(role: "assistant", content: "4", extra: [(name, "2 and 2")])
    #expect(try template.render(messages: [message], addGenerationPrompt: false) == "2 and 2, 2 and 2")
  }

  @Test("Tools left out are none, and variables reach the template")
  func variables() throws {
    let template = try ChatTemplate(source: "{{ bos_token }}{{ tools is none }}{{ add_generation_prompt }}")
    let text = try template.render(messages: [], addGenerationPrompt: true, variables: [("bos_token", "<s>")])
    #expect(text == "<s>TrueTrue")
  }

  @Test("Members of an object keep their order and their last value")
  func object() {
    var object = TemplateObject([("b", 1), ("a", 2), ("b", 3)])
    object["c"] = 4
    object["a"] = nil
    #expect(object.members.map(\.name) == ["b", "c"])
    #expect(object["b"] == 3)
    #expect(object == TemplateObject([("c", 4), ("b", 3)]))
  }

  @Test("Names that look alike but differ in code points are two members")
  func codePoints() {
    #expect(TemplateObject([("é", 1), ("e\u{301}", 2)]).count == 2)
  }

  @Test("The clock is the caller's")
  func clock() throws {
    let template = try ChatTemplate(source: "{{ strftime_now('%d %b %Y, %H:%M') }}")
    let zone = try #require(TimeZone(secondsFromGMT: 7200))
    #expect(try template.render([:], now: Date(timeIntervalSince1970: 0), timeZone: zone) == "01 Jan 1970, 02:00")
  }
}
