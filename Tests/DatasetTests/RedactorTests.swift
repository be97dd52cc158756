import Testing

@testable import Dataset

@Suite("Reducing text")
struct RedactorTests {
  let redactor = Redactor(identity: Fixture.identity)

  @Test(
    "Names, paths and addresses are replaced, and nothing else",
    arguments: [
      ("cannot open /home/alice/x.gguf: no such file", "cannot open <path>: no such file"),
      ("in /home/alice", "in ~"),
      ("/home/alicette/x", "<path>"),
      ("path=\"/var/lib/x\"", "path=\"<path>\""),
      ("http://wonder.local:8080/v1", "http:<path>:8080/v1"),
      ("see ~bob/x and ~/y, about ~5 s", "see <path> and <path>, about ~5 s"),
      ("C:\\Users\\bob", "C:<path>"),
      ("ssh ALICE@Wonder", "ssh <user>@<host>"),
      ("alice2 malice alice_models", "<user>2 malice <user>_models"),
      ("printer.local 10.0.0.1 1.2.3", "<host> <address> 1.2.3"),
      ("3.1 tokens/s, 3/4, 15 % // GNU/Linux org/model-4bit", "3.1 tokens/s, 3/4, 15 % // GNU/Linux org/model-4bit"),
      ("", ""),
    ])
  func withoutPaths(text: String, reduced: String) {
    #expect(redactor.withoutPaths(text) == reduced)
  }

  @Test("Free text is one line of bounded length")
  func freeText() {
    #expect(redactor.freeText("first\nsecond") == "first")
    #expect(redactor.freeText(String(repeating: "x", count: 1_000)).count == 201)
  }

  @Test("An answer keeps paths that name nobody")
  func answers() {
    #expect(redactor.withoutNames("/usr/bin of alice in /home/alice") == "/usr/bin of <user> in ~")
  }
}
