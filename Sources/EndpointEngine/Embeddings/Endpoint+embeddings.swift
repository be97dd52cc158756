import JSON

extension Endpoint {
  /// Asks once for the vectors of texts, in their order.
  ///
  /// - Throws: `EndpointError`; `.malformed` for vectors that are not one of each text, of one length and finite.
  func vectors(of texts: [String], within seconds: Double) throws -> [[Float]] {
    let body: JSONValue = [
      "model": .string(model), "input": .array(texts.map { .string($0) }), "encoding_format": "float",
    ]
    let answer = try answer(to: body, at: "embeddings", within: seconds)
    guard let data = answer["data"]?.array, data.count == texts.count else {
      throw EndpointError.malformed("data is not a list of \(texts.count) vectors")
    }
    var vectors = [[Float]](repeating: [], count: texts.count)
    for (place, entry) in data.enumerated() {
      let index = entry["index"]?.integer ?? place
      let numbers = entry["embedding"]?.array ?? []
      let vector = numbers.compactMap { $0.number.map(Float.init) }
      guard vectors.indices.contains(index), vectors[index].isEmpty, !vector.isEmpty, vector.count == numbers.count,
        vector.allSatisfy(\.isFinite)
      else { throw EndpointError.malformed("data[\(place)] is no vector of one of the texts") }
      vectors[index] = vector
    }
    guard Set(vectors.map(\.count)).count == 1 else {
      throw EndpointError.malformed("the vectors have different lengths")
    }
    return vectors
  }
}
