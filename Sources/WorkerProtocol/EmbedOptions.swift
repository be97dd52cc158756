import Foundation
import JSON

/// Which texts become vectors, and how.
public struct EmbedOptions: Sendable, Equatable {
  public var texts: [String]
  /// The name of what goes before each text; nil for the model's default, the empty name for none.
  public var prompt: String?
  /// Numbers of each vector that are kept; nil for all.
  public var dimensions: Int?

  public init(texts: [String], prompt: String? = nil, dimensions: Int? = nil) {
    self.texts = texts
    self.prompt = prompt
    self.dimensions = dimensions
  }
}

/// What a worker says of the vectors that its model makes, in its answer to `load`.
public struct EmbeddingFacts: Sendable, Equatable {
  public let dimension: Int
  public let isNormalized: Bool
  /// The most tokens of a text that are read.
  public let maximumTokens: Int
  /// Their names.
  public let prompts: [String]

  /// Nil if a member is missing or impossible.
  public init?(json: JSONValue) {
    guard let dimension = json["dimension"]?.integer, (1...1 << 20).contains(dimension),
      let isNormalized = json["normalized"]?.bool, let maximumTokens = json["maximum_tokens"]?.integer,
      maximumTokens > 0, let prompts = json["prompts"]?.object
    else { return nil }
    self.dimension = dimension
    self.isNormalized = isNormalized
    self.maximumTokens = maximumTokens
    self.prompts = prompts.members.map(\.name)
  }
}

/// What a worker answers to `embed`.
public struct EmbedReply: Sendable, Equatable {
  /// In the order of the texts, all of one length.
  public var vectors: [[Float]]
  /// Tokens that were read of each text.
  public var tokens: [Int]
  /// Tokens at the end of each text that the model has no room for.
  public var cutTokens: [Int]
  /// Nanoseconds of the work, from the texts to the vectors.
  public var nanoseconds: Int64

  public init(vectors: [[Float]], tokens: [Int], cutTokens: [Int], nanoseconds: Int64) {
    self.vectors = vectors
    self.tokens = tokens
    self.cutTokens = cutTokens
    self.nanoseconds = nanoseconds
  }

  /// As a result on the wire: vectors as base64 of their little-endian single-precision numbers, which loses nothing.
  public var json: JSONObject {
    JSONObject([
      ("dimension", .integer(vectors.first?.count ?? 0)),
      ("vectors", .array(vectors.map { .string(Self.text(of: $0)) })),
      ("tokens", .array(tokens.map { .integer($0) })), ("cut_tokens", .array(cutTokens.map { .integer($0) })),
      ("elapsed_ns", .integer(Int(nanoseconds))),
    ])
  }

  /// Nil if a member is missing or impossible, or a number is not finite.
  ///
  /// - Parameter count: Texts that were asked for.
  public init?(json: JSONObject, count: Int) {
    guard let texts = json["vectors"]?.array, texts.count == count, let dimension = json["dimension"]?.integer,
      let tokens = json["tokens"]?.array?.compactMap(\.integer), tokens.count == count, tokens.allSatisfy({ $0 > 0 }),
      let cut = json["cut_tokens"]?.array?.compactMap(\.integer), cut.count == count, cut.allSatisfy({ $0 >= 0 }),
      let nanoseconds = json["elapsed_ns"]?.integer, nanoseconds > 0
    else { return nil }
    let vectors = texts.compactMap { $0.string.flatMap(Self.vector) }
    guard vectors.count == count, vectors.allSatisfy({ $0.count == dimension && $0.allSatisfy(\.isFinite) }) else {
      return nil
    }
    self.init(vectors: vectors, tokens: tokens, cutTokens: cut, nanoseconds: Int64(nanoseconds))
  }

  private static func text(of vector: [Float]) -> String {
    vector.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0).base64EncodedString() }
  }

  private static func vector(of text: String) -> [Float]? {
    guard let data = Data(base64Encoded: text), data.count % 4 == 0 else { return nil }
    return data.withUnsafeBytes { bytes in
      (0..<data.count / 4).map { index in
        Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
      }
    }
  }
}
