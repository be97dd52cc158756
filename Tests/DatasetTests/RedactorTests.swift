import JSON
import Measurements
import Testing

@testable import Dataset

@Suite("Redacting text")
struct RedactorTests {
  let redactor = Redactor(identity: Fixture.identity)

  @Test("A name of the form of one leaves as it is", arguments: publicNames)
  func names(name: String) {
    #expect(redactor.label(name) == name)
  }

  /// Names of models, lanes, engines, versions, files, metrics and cells as they occur.
  private static let publicNames = [
    "smollm2-135m-4bit-g64", "mlx-community/Qwen3-30B-A3B-4bit", "Qwen/Qwen2.5-Coder-7B-Instruct", "org/Model-4bit",
    "meta-llama/Llama-3.2-1B", "SmolLM2-135M-Instruct.Q4_1.gguf", "model-00001-of-00002.safetensors", "llama3:8b",
    "1_Pooling/config.json", "all-MiniLM-L6-v2", "phi-3.5-mini", "gemma-3-270m-it-qat-q4_0-unquantized", "bge-m3",
    "0.1.0+881bf48a71b1", "0.1.0+881bf48a71b1-dirty", "b6123", "0.32.4", "mlx", "native", "endpoint", "avx512vnni",
    "neon",
    "llama.cpp", "x86_64", "arm64", "default", "coding", "tool-loop-small", "short-prompt", "uniform", "under-load",
    "cumulative_tokens_per_second", "tokens/s", "nats/token", "json_tools", "LlamaForCausalLM", "F16",
    "model.layers.3.self_attn.q_proj",
    "f8eae212-ae6e-47cd-b060-0cdc81daf4c8", "UD-Q4_K_XL", "c++", "Mistral-Small-3.1-24B-Instruct-2503",
    "no_peak_memory",
  ]

  @Test("What has another form, or the shape of something private, is a hash", arguments: privateNames)
  func hostileNames(name: String) {
    #expect(redactor.label(name).wholeMatch(of: #/sha256:[0-9a-f]{32}/#) != nil, "\(redactor.label(name))")
    #expect(redactor.label(name) == redactor.label(redactor.label(name)))
    #expect(name.contains(" ") || !redactor.title("\(name) beside").contains(name))
    #expect(!redactor.message("the worker of \(name) ended and could not be started again").contains(name))
    // Hexadecimal digits in a description are hashes of files.
    #expect(name.allSatisfy(\.isHexDigit) || redactor.json([.string(name)]) != [.string(name)])
  }

  private static let privateNames = [
    "What is my password?", "Summarise Q3", "printer.local", "wonder.lan", "gpu1.corp.example.com", "example.com:8080",
    "wonder:8080", "box.internal:x", "www.example.org", "alices-MacBook-Pro", "DESKTOP-AB12CD3", "LAPTOP-9Q",
    "bobs-mbp",
    "10.0.0.1", "192.168.1.7:8000", "ip-10-0-0-1", "model-10.0.0.1", "v10.0.0.1", "host_192_168_1_7", "::1",
    "fe80::1", "2001:db8::8a2e:370:7334", "[::1]:80", "fe80:1", "alice.smith@example.org", "bob@host", "user:pass@host",
    "http://user:pass@host/v1", "https://example.org/x", "file:///etc/passwd", "model@/home/bob/x", "m@../x",
    "/home/bob/x.gguf", "~/models/x", "~bob", "C:\\Users\\bob", "\\\\server\\share", "../x", "a/../b", "home/bob",
    "Users/bob", "mnt/x", "a/b/c", "hf_abcdefghijklmnopqrstuvwx", "model-hf_abcdefghijklmnopqrstuvwx",
    "sk-proj-abcdefghijklmnop", "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "AKIAIOSFODNN7EXAMPLE",
    "gsk_abcdefghijklmnop", "xai-abcdefghijklmnop", "r8_abcdefghijklmnop", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.x7",
    "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY0", "Zx81kP09qLmN42vTyB7c", "0123456789abcdef0123456789abcdef01234567",
    "alice", "ALICE2", "at-wonder", "model,alice", "é", "x\u{200B}y", "a\nb", "a b", "-x", "x.", "/",
    String(repeating: "x", count: 129),
  ]

  @Test(
    "A processor and a system are words of a name's form",
    arguments: [
      "AMD EPYC", "Intel(R) Core(TM) i7-9750H CPU @ 2.60GHz", "Apple M4 Max", "Debian GNU/Linux 12 (bookworm)",
      "macOS 15.1 (24B83)", "Ubuntu 24.04.1 LTS", "AMD Ryzen 9 7950X 16-Core Processor", "",
    ])
  func titles(title: String) {
    #expect(redactor.title(title) == title)
    #expect(redactor.title(title + " of alice").hasPrefix("sha256:"))
    #expect(redactor.title(title + " see http://x/y").hasPrefix("sha256:"))
  }

  @Test(
    "A message of the program's form keeps its words and values, and what others wrote is left out",
    arguments: [
      (
        "the worker was killed (signal 9; out of memory is a common cause); its last lines: Summarise Q3 for Acme",
        "the worker was killed (signal 9; out of memory is a common cause); its last lines: …"
      ),
      ("the model org/b could not be loaded: no such file /home/bob/x", "the model org/b could not be loaded: …"),
      (
        "the model 10.0.0.1 could not be loaded: x",
        "the model sha256:30e6ae4bd6a4a2e3d9cd1ae9a4f3fb2d could not be loaded: …"
      ),
      ("its round is void for printer.lan: on battery", "its round is void for printer.lan: on battery"),
      ("its round is void for my: on battery", "its round is void for my: on battery"),
      ("resident: 3.1 and 4.2 tokens/s differ by 30 %", "…"), ("on battery for alice", "…"), ("sample\nsecond", "…"),
      ("", ""),
    ])
  func message(text: String, reduced: String) {
    let shown = redactor.message(text, names: ["printer.lan"])
    if reduced.contains("sha256") {
      #expect(shown.contains("sha256:") && !shown.contains("10.0.0.1"))
    } else {
      #expect(shown == reduced)
    }
  }

  @Test("Free text in a record of a lane is hashed, and its formats and hashes stay")
  func lanes() {
    let hash = String(repeating: "0f", count: 32)
    let lane: JSONValue = [
      "lane": "uniform", "note": "made for Acme", "source": ["file": "x.gguf", "sha256": .string(hash)],
      "format": "affine 4-bit g64", "tokens": 4,
    ]
    let reduced = redactor.json(lane)
    #expect(reduced["note"]?.string?.hasPrefix("sha256:") == true)
    #expect(reduced["source"] == lane["source"] && reduced["format"] == lane["format"] && reduced["tokens"] == 4)
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
