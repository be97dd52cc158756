import Foundation
import JSON
import NativeEngine
import Synchronization
import TestSupport
import Testing
import WorkerProtocol

@testable import EndpointEngine

/// Servers of vectors that answer with real weights, honestly or not.
@Suite("Servers of vectors")
struct EmbeddingServerTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TinyEmbedder.complete() }

  /// - Parameter change: What the server makes of the honest vectors, with the number of requests before.
  private func server(
    _ folder: URL, change: @escaping @Sendable ([[Float]], Int) -> JSONValue = { Self.data($0, $1) }
  ) throws -> RawServer {
    // Used by one connection at a time.
    nonisolated(unsafe) let model = try EmbeddingModel(contentsOf: folder, options: .init(threads: 1))
    let count = Mutex(0)
    return RawServer { request, connection in
      let texts = (request.body["input"]?.array ?? []).compactMap(\.string)
      guard request.path == "/v1/embeddings", request.body["encoding_format"] == "float", !texts.isEmpty else {
        return connection.sendJSON(["error": ["message": "no such path"]], status: "404 Not Found")
      }
      let answer = count.withLock { count -> JSONValue in
        defer { count += 1 }
        let vectors = (try? model.embed(texts, prompt: "").map(\.vector)) ?? []
        return change(vectors, count)
      }
      connection.sendJSON(answer)
    }
  }

  /// Out of order, as the API allows it.
  private static func data(_ vectors: [[Float]], _ count: Int) -> JSONValue {
    [
      "data": .array(
        vectors.enumerated().reversed().map { index, vector in
          ["index": .integer(index), "embedding": .array(vector.map { .number(Double($0)) })]
        })
    ]
  }

  private func worker(_ server: RawServer, _ folder: URL) throws -> (EndpointWorker, JSONObject) {
    let target = EndpointSettings.Target(
      folder: folder.standardizedFileURL.path, url: server.url, servedModel: "m")
    let worker = EndpointWorker(EndpointSettings(targets: [target]), version: "test", supervisor: [])
    return (worker, try worker.answer(.load(LoadOptions(model: folder.path))))
  }

  private func message(_ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)" }
    return ""
  }

  @Test("An honest server is known by its vectors, which are the native engine's, with prompts and fewer dimensions")
  func honest() throws {
    let server = try server(folder.url)
    let (worker, loaded) = try worker(server, folder.url)
    #expect(loaded["embedding"]?["pooling"] == "mean" && loaded["embedding"]?["normalized"] == true)
    #expect(loaded["embedding"]?["maximum_tokens"] == 18)
    let proof = try worker.answer(.provenance)
    #expect(
      ["process", "fingerprint"].contains(proof["proof"]?.string) && proof["weights"]?["hash"]?.string?.count == 64)
    let own = try EmbeddingModel(contentsOf: folder.url, options: .init(threads: 1))
    let texts = ["book a flight", String(repeating: "the weather ", count: 20), ""]
    for (prompt, dimensions) in [(nil, nil), ("query", nil), ("", 8)] as [(String?, Int?)] {
      let options = EmbedOptions(texts: texts, prompt: prompt, dimensions: dimensions)
      let reply = try #require(EmbedReply(json: try worker.answer(.embed(options)), count: 3))
      let expected = try own.embed(texts, prompt: prompt, dimensions: dimensions)
      #expect(reply.tokens == expected.map(\.tokens) && reply.cutTokens == expected.map(\.cutTokens))
      for (one, other) in zip(reply.vectors, expected) {
        #expect(one.count == other.vector.count)
        // A server is sent the whole of a text that is too long, and cuts it itself.
        for (mine, theirs) in zip(one, other.vector) { #expect(abs(mine - theirs) < 1e-5) }
      }
    }
    #expect(
      message { _ = try worker.answer(.embed(EmbedOptions(texts: ["a"], prompt: "passage"))) }.contains("no prompt"))
    #expect(message { _ = try worker.answer(.embed(EmbedOptions(texts: ["a"], dimensions: 17))) }.contains("17"))
    #expect(message { _ = try worker.answer(.embed(EmbedOptions(texts: []))) }.contains("no texts"))
    #expect(
      message { _ = try worker.answer(.generate(GenerateOptions(prompt: [1], maximumTokens: 1))) }.contains(
        "makes vectors"))
    #expect(try worker.answer(.tokenize("book"))["tokens"]?.array?.count == 1)
  }

  @Test("A server that pools in another way than the folder's files say is not measured")
  func otherPooling() throws {
    let claimed = try TinyEmbedder.complete()
    try claimed.replace("pooling_mode_mean_tokens", by: "pooling_mode_cls_token", in: "1_Pooling/config.json")
    let server = try server(folder.url)
    #expect(message { _ = try worker(server, claimed.url) }.contains("does not serve the weights"))
  }

  @Test("Vectors without the length 1 are reported as what they are")
  func unnormalized() throws {
    let server = try server(folder.url) { vectors, count in Self.data(vectors.map { $0.map { 3 * $0 } }, count) }
    #expect(try worker(server, folder.url).1["embedding"]?["normalized"] == false)
  }

  @Test("A server that changes its weights is caught by the next request and not asked again")
  func swapped() throws {
    let server = try server(folder.url) { vectors, count in
      Self.data(count < 3 ? vectors : vectors.map { $0.reversed() }, count)
    }
    let (worker, _) = try worker(server, folder.url)
    _ = try worker.answer(.embed(EmbedOptions(texts: ["book"])))
    #expect(message { _ = try worker.answer(.embed(EmbedOptions(texts: ["book"]))) }.contains("has changed them"))
    #expect(message { _ = try worker.answer(.embed(EmbedOptions(texts: ["book"]))) }.contains("caught with others"))
  }

  @Test(
    "An answer that is no list of vectors ends in one clear error",
    arguments: [
      "{}", #"{"data": []}"#, #"{"data": [1, 2, 3, 4]}"#, #"{"data": [{"index": 0, "embedding": []}]}"#,
      #"{"data": [{"index": 9, "embedding": [1]}, {"index": 1, "embedding": [1]}, {"index": 2, "embedding": [1]}, {"index": 3, "embedding": [1]}]}"#,
      #"{"data": [{"embedding": [1]}, {"embedding": [1, 2]}, {"embedding": [1]}, {"embedding": [1]}]}"#,
      #"{"data": [{"embedding": "AACAPw=="}, {"embedding": [1]}, {"embedding": [1]}, {"embedding": [1]}]}"#,
    ])
  func malformed(answer: String) throws {
    let json = try JSONValue(parsing: answer)
    let server = RawServer { _, connection in connection.sendJSON(json) }
    #expect(message { _ = try worker(server, folder.url) }.contains("none of the API's"))
  }
}
