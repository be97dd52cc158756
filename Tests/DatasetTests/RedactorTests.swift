import Measurements
import Testing

@testable import Dataset

@Suite("Redacting text")
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

  @Test(
    "A message keeps the program's own words, numbers and the names it is given",
    arguments: [
      ("resident: 3.1 and 4.2 tokens/s differ by 30 %", "resident: 3.1 and 4.2 tokens/s differ by 30 %"),
      ("peak memory 2.78x (allowed 1.50x)", "peak memory 2.78x (allowed 1.50x)"), ("x 0xdeadbeefx", "…"),
      ("needs 90 GiB, has 24 GiB", "needs 90 GiB, has 24 GiB"),
      ("the worker was killed by signal 9: Summarise Q3 for Acme", "the worker was killed by signal 9: … for …"),
      ("org/a leads", "org/a leads"), ("org/b leads", "… leads"), ("at 192.168.1.7 or 5551234567", "at … or …"),
      ("sample\nsecond", "sample"), ("", ""),
    ])
  func message(text: String, reduced: String) {
    #expect(redactor.message(text, names: ["org/a"]) == reduced)
  }

  @Test("A label is a word, or a hash")
  func labels() {
    #expect(redactor.label("org/Model-4bit") == "org/Model-4bit")
    #expect(redactor.label("What is my password?").hasPrefix("sha256:"))
    #expect(redactor.label("model-hf_abcdefghijklmnopqrstuvwx") == "<secret>")
  }

  // printf %s Paris | sha256sum
  @Test("An answer is an option's number or a hash, which hashing again does not change")
  func answers() {
    let hash = "sha256:5dd272b4f316b776a7b8e3d0894b37e1"
    #expect(redactor.answer("2") == "2")
    #expect(redactor.answer("") == "")
    #expect(redactor.answer("Paris") == hash)
    #expect(redactor.answer(hash) == hash)
    #expect(redactor.answer("perplexity").hasPrefix("sha256:"))
    #expect(redactor.answer("divergence from 00ff").hasPrefix("sha256:"))
  }

  @Test("The reference of a scored text is a hash of weights, or becomes one")
  func reference() throws {
    func published(_ reference: String) -> Sample.Outcome {
      let sample = Sample(
        place: .init(cell: "c", block: 0, repetition: 0, item: "i"), startedAt: 1, elapsedNanoseconds: 1,
        peakMemoryBytes: 1, loadAverage: 0, outcome: .text(.divergences([0.5], reference: reference)))
      return redactor.sample(sample, names: ["c", "i"]).outcome
    }
    #expect(published("00ff") == .text(.divergences([0.5], reference: "00ff")))
    guard case .text(.divergences(let values, let reference)) = published("alice") else {
      Issue.record("the text is no text any more")
      return
    }
    #expect(values == [0.5])
    #expect(reference.hasPrefix("sha256:"))
  }
}
