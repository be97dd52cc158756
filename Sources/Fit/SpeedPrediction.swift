import Checkpoint
import NativeEngine

/// A rate in tokens per second that was not measured.
public struct PredictedRate: Sendable, Equatable {
  /// Where the prediction comes from.
  public enum Basis: Sendable, Equatable {
    /// Layers of the model's shape ran on random weights on this machine.
    case rehearsed
    /// Real runs of the model's family and format on this machine, by the shares of the limit that they reached.
    case reached(runs: Int, ClosedRange<Double>)
    /// Shares that are common, by the range that is stated.
    case assumed(ClosedRange<Double>)
  }

  public let tokensPerSecond: Double
  public let interval: ClosedRange<Double>
  public let basis: Basis

  public init(tokensPerSecond: Double, interval: ClosedRange<Double>, basis: Basis) {
    (self.tokensPerSecond, self.interval, self.basis) = (tokensPerSecond, interval, basis)
  }
}

/// How fast a model is at best on a machine, and how fast it probably is.
public struct SpeedPrediction: Sendable {
  /// Bytes that decoding a token of every sequence reads: weights, and what the layers remember of each context.
  public let decodeBytes: Int
  /// Tokens per second of each sequence at which memory alone would limit decoding.
  public let decodeLimit: Double
  /// Tokens per second at which arithmetic alone would limit a prompt; nil if the machine's is not known.
  public let prefillLimit: Double?
  /// Of each sequence; nil for an encoder, which decodes nothing.
  public let decode: PredictedRate?
  /// Nil if nothing says.
  public let prefill: PredictedRate?
  /// Tokens of each sequence in the cache while decoding.
  public let contextLength: Int
  /// Sequences that are decoded together.
  public let sequences: Int

  /// Shares of the memory's limit that decoding dense models of 4 to 16 bits reached on ten Apple chips, from
  /// llama.cpp's table of them (ggml-org/llama.cpp, discussion 4167).
  static let commonDecodeShares = 0.4...0.85
  /// Shares of the stated arithmetic that prompts of 512 tokens reached there.
  static let commonPrefillShares = 0.4...0.8

  /// How far a rehearsal was off at most: docs/fit.md has the shapes that were measured against it.
  static let rehearsalError = 0.15

  /// - Parameters:
  ///   - reached: What earlier runs like it reached of the limit.
  ///   - decode: A rehearsal's rate of each sequence, which counts more; nil for none.
  ///   - prefill: The same of a prompt.
  public init(
    of model: FitModel, on host: HostSpeed, contextLength: Int, sequences: Int = 1, elementBytes: Int,
    reached: ReachedShares.Group? = nil, decode: PredictedRate? = nil, prefill: PredictedRate? = nil
  ) {
    (self.contextLength, self.sequences) = (contextLength, sequences)
    decodeBytes =
      model.bytesPerStep(sequences: sequences)
      + model.memory.byteCount(tokens: contextLength, sequences: sequences, elementBytes: elementBytes)
    decodeLimit = host.readBandwidth / Double(max(decodeBytes, 1))
    prefillLimit = host.operationRate.map { $0 / (2 * Double(max(model.activeParameterCount, 1))) }
    self.decode =
      model.isEncoder
      ? nil
      : decode ?? reached?.rate(limit: decodeLimit)
        ?? PredictedRate(limit: decodeLimit, shares: Self.commonDecodeShares)
    self.prefill = prefill ?? prefillLimit.map { PredictedRate(limit: $0, shares: Self.commonPrefillShares) }
  }

  /// Seconds until the first token after a prompt, at the predicted rate and at the ends of its interval; nil if no rate
  /// is known.
  public func firstToken(promptTokens: Int) -> (seconds: Double, interval: ClosedRange<Double>)? {
    prefill.map { rate in
      let tokens = Double(promptTokens)
      return (tokens / rate.tokensPerSecond, tokens / rate.interval.upperBound...tokens / rate.interval.lowerBound)
    }
  }
}

extension PredictedRate {
  public init(_ rate: Rehearsal.Rate) {
    let error = SpeedPrediction.rehearsalError
    self.init(
      tokensPerSecond: rate.tokensPerSecond,
      interval: min(
        rate.range.lowerBound, rate.tokensPerSecond * (1 - error))...max(
          rate.range.upperBound, rate.tokensPerSecond * (1 + error)), basis: .rehearsed)
  }

  init(limit: Double, shares: ClosedRange<Double>) {
    self.init(
      tokensPerSecond: limit * (shares.lowerBound + shares.upperBound) / 2,
      interval: limit * shares.lowerBound...limit * shares.upperBound, basis: .assumed(shares))
  }
}
