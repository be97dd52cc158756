import Checkpoint
import Foundation
import JSON
import Platform
import WorkerProtocol

/// A server's vectors of texts, from `/embeddings`.
extension EndpointWorker {
  /// Reaches a server of vectors and examines its weights.
  func loadEmbedder(_ options: LoadOptions, _ url: URL) throws -> JSONObject {
    let folder = try ClaimedEmbedder(contentsOf: url, contextLength: options.contextLength)
    server.makesVectors = true
    let endpoint = try server.endpoint(for: url)
    let served = try ServedVectors(of: endpoint, within: settings.requestSeconds)
    guard served.dimension == folder.recipe.dimension else {
      throw EndpointError.otherWeights(
        "its vectors have \(served.dimension) numbers, and those of the folder \(folder.recipe.dimension)")
    }
    let proof = try WeightsProof(
      of: served, at: endpoint, folder, process: ProcessProof(of: endpoint.url, managed: server.process))
    embedder = ServedEmbedder(folder: folder, served: served)
    self.proof = proof
    var facts = folder.recipe.json(maximumTokens: folder.maximumTokens)
    // As the server does it, whatever the files say.
    facts["normalized"] = .bool(served.areNormalized)
    return JSONObject([
      ("engine_version", .string("\(version), server of vectors")),
      ("instruction_set", .string(settings.profile?.name ?? "attached")), ("threads", 0),
      ("context_length", .integer(folder.maximumTokens)), ("attached", .bool(server.isAttached)),
      ("model", try folder.model.map { try ModelInspection(of: $0).json } ?? .object(JSONObject())),
      ("embedding", .object(facts)),
    ])
  }

  func embed(_ options: EmbedOptions) throws -> JSONObject {
    guard let embedder else {
      _ = try loaded()
      throw WorkerFailure.declined(
        operation: "embed", status: "unsupported",
        message: "the model's folder has no modules.json, so nothing says how vectors are made with it")
    }
    guard !options.texts.isEmpty else { throw WorkerFailure.badRequest("there are no texts") }
    let folder = embedder.folder
    if let dimensions = options.dimensions, !(1...folder.recipe.dimension).contains(dimensions) {
      throw EmbeddingRecipeError.dimensions(dimensions, of: folder.recipe.dimension)
    }
    let prompt = try folder.recipe.prompt(named: options.prompt)
    let texts = options.texts.map { prompt + $0 }
    let tokens = texts.map { folder.tokenizer.encode($0, upTo: folder.maximumTokens) }
    let endpoint = try server.endpoint(for: folder.url)
    if server.isCold {
      _ = try endpoint.vectors(of: texts, within: settings.requestSeconds)
      server.isCold = false
    }
    let start = Machine.monotonicNanoseconds
    let vectors = try endpoint.vectors(of: texts, within: settings.requestSeconds)
    let elapsed = Machine.monotonicNanoseconds - start
    guard vectors[0].count == folder.recipe.dimension else {
      throw EndpointError.malformed("vectors of \(vectors[0].count) numbers instead of \(folder.recipe.dimension)")
    }
    try checkVectors(at: endpoint, embedder)
    return EmbedReply(
      vectors: vectors.map { cut($0, to: options.dimensions, isNormalized: embedder.served.areNormalized) },
      tokens: tokens.map { max(1, $0.ids.count) }, cutTokens: tokens.map(\.cut), nanoseconds: Int64(elapsed)
    ).json
  }

  private func cut(_ vector: [Float], to dimensions: Int?, isNormalized: Bool) -> [Float] {
    guard let dimensions else { return vector }
    let part = Array(vector.prefix(dimensions))
    let length = ServedVectors.cosine(part, part, isScaled: false).squareRoot()
    return isNormalized && length > 0 ? part.map { Float(Double($0) / length) } : part
  }

  /// Asks one of the fixed texts again, after what was timed.
  ///
  /// - Throws: `.otherWeights`.
  private func checkVectors(at endpoint: Endpoint, _ embedder: ServedEmbedder) throws {
    let index = embedder.checks % ServedVectors.texts.count
    self.embedder?.checks += 1
    let again = try endpoint.vectors(of: [ServedVectors.texts[index]], within: settings.requestSeconds)[0]
    let earlier = embedder.served.vectors[index]
    guard again.count == earlier.count, ServedVectors.cosine(again, earlier) >= ServedVectors.leastOwnCosine else {
      server.isSpoilt = true
      throw EndpointError.otherWeights("it has changed them since it was examined")
    }
  }
}

/// A folder whose server makes vectors, and what it made of the fixed texts.
struct ServedEmbedder {
  let folder: ClaimedEmbedder
  let served: ServedVectors
  /// How many times the weights were checked after a request.
  var checks = 0
}
