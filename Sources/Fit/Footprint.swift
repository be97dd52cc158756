import Checkpoint
import NativeEngine

/// What a model takes in memory while it serves, in bytes.
public struct Footprint: Sendable, Equatable {
  public var weights: Int
  /// Keys, values and states of all sequences.
  public var cache: Int
  /// Activations, logits and what attention needs along the way.
  public var scratch: Int
  /// The process itself, with its tokenizer.
  public var program: Int

  public init(weights: Int, cache: Int, scratch: Int, program: Int) {
    (self.weights, self.cache, self.scratch, self.program) = (weights, cache, scratch, program)
  }

  /// The sum; one that overflows is `Int.max`.
  public var total: Int {
    [weights, cache, scratch, program].reduce(0) { sum, part in
      let (total, overflow) = sum.addingReportingOverflow(part)
      return overflow ? .max : total
    }
  }
}

/// What runs the model, which decides how it remembers sequences and what else takes memory.
public enum ServingEngine: Sendable {
  /// The native engine, whose allocations are known exactly.
  case native(Session.Options)
  /// Any other: keys and values in half precision, and a twentieth of the weights with 128 MiB for all else.
  case other

  /// Bytes of a number of keys and values.
  public var cacheElementBytes: Int {
    switch self {
    case .native(let options): options.cachePrecision.byteWidth
    case .other: 2
    }
  }
}

/// What serving a model takes, by the length of its sequences.
public struct ServingMemory {
  /// What a worker of the native engine takes before it loads a model: seen with a model of 5 MB.
  static let nativeProgramBytes = 24 << 20
  /// What its tokenizer takes per token of the vocabulary: seen with vocabularies of 32,000 to 262,144 tokens.
  static let nativeVocabularyBytes = 400

  private let model: FitModel
  private let sequences: Int
  private let work: Work

  /// What the engine that serves it allocates beside the weights.
  private enum Work {
    case decoder(SessionMemory)
    case encoder(EncoderMemory)
    /// Of another engine.
    case unknown
  }

  /// - Parameter sequences: Sequences at once.
  /// - Throws: `EngineError` or `CheckpointError` for a model that the native engine does not run.
  public init(_ model: FitModel, sequences: Int, on engine: ServingEngine) throws {
    (self.model, self.sequences) = (model, sequences)
    switch engine {
    case .native(var options):
      options.sequences = sequences
      work =
        if let encoder = try EncoderMemory(model.config, options: options) {
          .encoder(encoder)
        } else {
          .decoder(try SessionMemory(model.config, options: options))
        }
    case .other: work = .unknown
    }
  }

  /// - Parameter contextLength: Tokens of each sequence, in prompt and answer.
  public func footprint(contextLength: Int) -> Footprint {
    let program = Self.nativeProgramBytes + Self.nativeVocabularyBytes * model.config.vocabularySize
    switch work {
    case .decoder(let session):
      return Footprint(
        weights: model.byteCount,
        cache: session.cacheByteCount(contextLength: contextLength) + session.recurrentByteCount,
        scratch: session.scratchByteCount(contextLength: contextLength), program: program)
    case .encoder(let encoder):
      // Texts are encoded one after the other, or short ones in one chunk: more at once take no more.
      return Footprint(
        weights: model.byteCount, cache: 0, scratch: encoder.scratchByteCount(tokens: contextLength), program: program)
    case .unknown:
      let cache = model.memory.byteCount(tokens: contextLength, sequences: sequences, elementBytes: 2)
      return Footprint(weights: model.byteCount, cache: cache, scratch: model.byteCount / 20, program: 128 << 20)
    }
  }

  /// The most tokens of each sequence with which it fits, up to the model's own limit; nil if not even one token does.
  ///
  /// - Parameter byteCount: What may be taken.
  public func largestContext(in byteCount: Int) -> Int? {
    guard footprint(contextLength: 1).total <= byteCount else { return nil }
    var (low, high) = (1, model.contextLimit + 1)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if footprint(contextLength: middle).total <= byteCount { low = middle } else { high = middle }
    }
    return low
  }
}
