import ChatTemplate
import Testing

@Suite("Errors")
struct ErrorTests {
  private func failure(_ source: String) -> ChatTemplateError? {
    do throws(ChatTemplateError) {
      _ = try ChatTemplate(source: source).render([:])
      return nil
    } catch {
      return error
    }
  }

  @Test("A malformed template is refused with its line")
  func syntax() {
    #expect(
      failure("a\n{% if x %}")
        == .syntax("expected 'elif' or 'else' or 'endif', found the end of the template", line: 2))
    #expect(failure("\n\n{{ 1 + }}") == .syntax("expected an expression, found '}}'", line: 3))
    #expect(failure("{% frob %}") == .syntax("unknown tag 'frob'", line: 1))
    #expect(failure("{{ x|frob }}") == .syntax("no filter is named 'frob'", line: 1))
  }

  @Test("An error while rendering names its line")
  func rendering() {
    #expect(failure("\n{{ a.b }}") == .undefined("'a' is undefined", line: 2))
    #expect(failure("{% set a = {} %}\n{{ a.b.c }}") == .undefined("a mapping has no member 'b'", line: 2))
    #expect(failure("{{ 'a' + 1 }}") == .invalid("'+' can't be applied to a string and an integer", line: 1))
    #expect(failure("{% if 1 %}\n{{ raise_exception('no') }}{% endif %}") == .raised("no", line: 2))
  }

  @Test("Lists and mappings can't be changed, as in Jinja's immutable sandbox")
  func sandbox() {
    let reason = "'append' would change a list, which the sandbox forbids"
    #expect(failure("{% set a = [] %}{{ a.append(1) }}") == .undefined(reason, line: 1))
  }

  @Test("A template can't load another")
  func loading() {
    #expect(failure("{% include '/etc/passwd' %}") == .unsupported("the tag 'include'", line: 1))
  }

  @Test("Descriptions name the problem and its line")
  func descriptions() {
    #expect(
      ChatTemplateError.raised("roles must alternate", line: 7).description
        == "the chat template refused the conversation (line 7): roles must alternate")
    #expect(
      ChatTemplateError.limit(.steps, maximum: 10, line: 2).description
        == "chat template, line 2: not done after 10 steps")
  }
}
