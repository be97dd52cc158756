import Foundation
import JSON
import TestSupport
import Testing
import WorkerProtocol

@testable import EndpointEngine

/// A folder with the weights of a model and a tokenizer of a kind that is not read.
@Suite("A folder whose tokenizer is not read")
struct UnreadTokenizerTests {
  private func folder(_ tokenizer: String) throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("unread-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for name in try FileManager.default.contentsOfDirectory(atPath: TestModels.imported.path)
    where !name.hasPrefix("tokenizer") {
      try FileManager.default.createSymbolicLink(
        at: folder.appendingPathComponent(name),
        withDestinationURL: TestModels.imported.appendingPathComponent(name).standardizedFileURL)
    }
    try Data(tokenizer.utf8).write(to: folder.appendingPathComponent("tokenizer.json"))
    return folder
  }

  private func isUnsupported(_ error: any Error, _ words: String) -> Bool {
    guard case .declined(_, "unsupported", let message)? = error as? WorkerFailure else { return false }
    return message.contains(words) && message.contains("the model Lattice is not read")
  }

  @Test("It is measured by the server's own counts, which is said, and its answers prove nothing")
  func measured() throws {
    let folder = try folder(#"{"model":{"type":"Lattice"}}"#)
    defer { try? FileManager.default.removeItem(at: folder) }
    let answers = try NativeAnswers([TestModels.imported]) { _, _ in 0 }
    let server = RawServer { answers.answer($0, $1) }
    let target = EndpointSettings.Target(folder: folder.standardizedFileURL.path, url: server.url, servedModel: "m")
    let worker = EndpointWorker(EndpointSettings(targets: [target]), version: "test", supervisor: [])
    let loaded = try worker.answer(.load(LoadOptions(model: folder.path, contextLength: 128)))
    #expect(loaded["engine_version"]?.string?.hasSuffix(", tokens as the server counts them") == true)
    let proof = try worker.answer(.provenance)
    #expect(["process", "unverified"].contains(proof["proof"]?.string))
    #expect(proof["detail"]?.string?.contains("the model Lattice is not read") == true)

    let text = try worker.answer(.tokenize("The capital of France is"))
    let prompt = try #require(text["tokens"]?.array?.compactMap { $0.integer.flatMap(Int32.init(exactly:)) })
    let reply = try worker.answer(.generate(GenerateOptions(prompt: prompt, maximumTokens: 3)))
    #expect(reply["prompt_tokens"] == 5 && reply["token_ns"]?.array?.count == 3)
    #expect(reply["text"]?.string?.hasPrefix(" Paris") == true)
    for length in [16, 25, 16] {
      let options = GenerateOptions(prompt: Array(repeating: 0, count: length), maximumTokens: 4, mayVaryPrompt: true)
      let reply = try worker.answer(.generate(options))
      #expect(reply["prompt_tokens"]?.integer == length && reply["tokens"]?.array?.count == 4)
    }
    #expect {
      try worker.answer(.chat([ChatTurn(role: "user", content: "Hi")]))
    } throws: { isUnsupported($0, "--api chat") }
    #expect {
      try worker.answer(.generate(GenerateOptions(prompt: prompt, maximumTokens: 3, reusesPrefix: true)))
    } throws: { isUnsupported($0, "the prompt of a turn") }
  }

  @Test("A damaged tokenizer is still an error")
  func damaged() throws {
    let folder = try folder(#"{"model":"#)
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect { try ClaimedFolder(contentsOf: folder) } throws: { "\($0)".contains("tokenizer.json: not valid JSON") }
  }
}

@Suite("Prompts by the server's counts")
struct CountedWordsTests {
  /// A server that adds one token, and has two for some words.
  private func count(_ text: String, twice: Set<String> = []) -> Int {
    1 + text.split(separator: " ").reduce(0) { $0 + (twice.contains(String($1)) ? 2 : 1) }
  }

  @Test("They have the length that is asked for, of words that are one token each, and begin anew each time")
  func lengths() throws {
    var words = try #require(CountedWords { count($0, twice: ["the", "and"]) })
    var beginnings = Set<Substring>()
    for length in [2, 16, 100, 33] {
      let next = words.next(length)
      let text = try #require(next)
      #expect(count(text, twice: ["the", "and"]) == length)
      beginnings.insert(text.prefix { $0 != " " })
    }
    #expect(beginnings.count == 4)
    let tooShort = words.next(1)
    #expect(tooShort == nil)
  }

  @Test("There are none if no word is one token, or tokens span words")
  func none() {
    #expect(CountedWords { 1 + 2 * $0.split(separator: " ").count } == nil)
    #expect(CountedWords { 1 + Set($0.split(separator: " ")).count } == nil)
    #expect(CountedWords { _ in 3 } == nil)
  }
}

@Suite("Stand-ins for tokens")
struct StandInTokensTests {
  @Test(
    "They give back their text byte by byte", arguments: ["", " ", "a b  c\n d", "  e\u{301} \u{E9} 東京  ", "a a a"])
  func texts(_ text: String) {
    let standIns = StandInTokens()
    _ = standIns.tokens(of: "a e\u{301}")
    #expect(Array(standIns.text(of: standIns.tokens(of: text)).utf8) == Array(text.utf8))
    #expect(standIns.text(of: [-1, 99]) == "")
  }
}
