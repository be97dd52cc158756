import Foundation
import JSON
import TestSupport
import Testing
import WorkerProtocol

@testable import EndpointEngine

/// Servers that answer with other weights than they claim, each with real ones.
@Suite("Proof of the weights")
struct ProofTests {
  private func worker(_ server: RawServer, _ folder: URL, name: String = "m") -> EndpointWorker {
    let target = EndpointSettings.Target(
      folder: folder.standardizedFileURL.path, url: server.url, servedModel: name)
    return EndpointWorker(EndpointSettings(targets: [target]), version: "test", supervisor: [])
  }

  private func server(
    _ folders: [URL], choose: @escaping @Sendable (String, Int) -> Int
  ) throws -> RawServer {
    let answers = try NativeAnswers(folders, choose: choose)
    return RawServer { answers.answer($0, $1) }
  }

  private func load(_ worker: EndpointWorker, _ folder: URL) throws -> JSONObject {
    _ = try worker.answer(.load(LoadOptions(model: folder.path, contextLength: 128)))
    return try worker.answer(.provenance)
  }

  private func isOfOtherWeights(_ error: any Error) -> Bool {
    guard case .declined(_, "failed", let message)? = error as? WorkerFailure else { return false }
    return message.contains("does not serve the weights")
  }

  @Test("An honest server is known by its answers", arguments: [TestModels.imported, TestModels.uniform])
  func honest(folder: URL) throws {
    let server = try server([folder]) { _, _ in 0 }
    let worker = worker(server, folder)
    let proof = try load(worker, folder)
    #expect(proof["weights"]?["hash"]?.string?.count == 64)
    #expect(["process", "fingerprint"].contains(proof["proof"]?.string))
    let reply = try worker.answer(.generate(GenerateOptions(prompt: [504, 3575, 282, 4649, 314], maximumTokens: 4)))
    #expect(reply["token_ns"]?.array?.count == 4)
  }

  @Test("A worker says that the server ran before it")
  func attached() throws {
    let server = try server([TestModels.uniform]) { _, _ in 0 }
    let worker = worker(server, TestModels.uniform)
    let loaded = try worker.answer(.load(LoadOptions(model: TestModels.uniform.path, contextLength: 128)))
    #expect(loaded["attached"] == .bool(true))
  }

  @Test("Another lane of the same model is recognized, either way")
  func otherLane() throws {
    for (served, claimed) in [
      (TestModels.imported, TestModels.uniform), (TestModels.uniform, TestModels.imported),
    ] {
      let server = try server([served]) { _, _ in 0 }
      #expect { try load(worker(server, claimed), claimed) } throws: { isOfOtherWeights($0) }
    }
  }

  @Test("A proxy that answers under any name with one model's weights is caught")
  func anyName() throws {
    let server = try server([TestModels.imported]) { _, _ in 0 }
    _ = try load(worker(server, TestModels.imported, name: "resident"), TestModels.imported)
    #expect {
      try load(worker(server, TestModels.uniform, name: "candidate"), TestModels.uniform)
    } throws: { isOfOtherWeights($0) }
  }

  @Test("A proxy that falls through on an unknown alias is caught")
  func fallThrough() throws {
    let server = try server([TestModels.imported, TestModels.uniform]) { name, _ in name == "uniform" ? 1 : 0 }
    _ = try load(worker(server, TestModels.uniform, name: "uniform"), TestModels.uniform)
    #expect {
      try load(worker(server, TestModels.uniform, name: "unifrom"), TestModels.uniform)
    } throws: { isOfOtherWeights($0) }
  }

  @Test("A proxy that swaps the weights half-way is caught, and not asked again")
  func swap() throws {
    // Ten requests to load: two to learn how prompts are taken, eight texts.
    let server = try server([TestModels.imported, TestModels.uniform]) { _, answered in answered < 14 ? 0 : 1 }
    let worker = worker(server, TestModels.imported)
    _ = try load(worker, TestModels.imported)
    var caught = 0
    for _ in 0..<12 {
      do {
        _ = try worker.answer(.generate(GenerateOptions(prompt: [504, 3575, 282, 4649, 314], maximumTokens: 3)))
        #expect(caught == 0, "it was caught before")
      } catch {
        #expect(isOfOtherWeights(error))
        caught += 1
      }
    }
    #expect(caught >= 6)
    #expect(server.requestCount < 30)
  }

  @Test("A server without log-probabilities is known by what it chooses")
  func withoutLogProbabilities() throws {
    let folder = try ClaimedFolder(contentsOf: TestModels.imported)
    let model = try #require(folder.model)
    let own = try server([TestModels.imported]) { _, _ in 0 }
    let other = try server([TestModels.uniform]) { _, _ in 0 }
    for (server, agrees) in [(own, true), (other, false)] {
      let endpoint = try Endpoint(server.url, model: "m")
      let readings = try FingerprintReading.texts.map { text in
        let reading = try FingerprintReading(of: text, at: endpoint, by: folder, within: 600)
        return FingerprintReading(prompt: reading.prompt, tokens: reading.tokens, logProbabilities: nil)
      }
      let session = try NativeSession.open(model)
      #expect(try Fingerprint(of: readings, by: session).agrees == agrees)
    }
  }

  @Test("Answers that are cut short prove nothing")
  func fewTokens() throws {
    let folder = try ClaimedFolder(contentsOf: TestModels.imported)
    let prompt = folder.tokens(of: FingerprintReading.texts[0])
    let readings = [FingerprintReading(prompt: prompt, tokens: folder.tokens(of: " Paris"), logProbabilities: nil)]
    let fingerprint = try Fingerprint(of: readings, by: try NativeSession.open(try #require(folder.model)))
    #expect(fingerprint.meanRegret == 0)
    #expect(!fingerprint.agrees)
    let nothing = FingerprintReading(prompt: prompt, tokens: [], logProbabilities: nil)
    #expect(!readings[0].agrees(with: nothing))
  }

  @Test("The engine says that it scores no given tokens")
  func unsupported() throws {
    let server = try server([TestModels.uniform]) { _, _ in 0 }
    let worker = worker(server, TestModels.uniform)
    _ = try load(worker, TestModels.uniform)
    #expect {
      try worker.answer(.score(prompt: [1], continuation: [2]))
    } throws: { if case .declined(_, "unsupported", _)? = $0 as? WorkerFailure { true } else { false } }
  }
}
