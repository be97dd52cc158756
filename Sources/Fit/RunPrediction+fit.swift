import Foundation
import Measurements
import NativeEngine

/// What `fit` knows of the machine and the models before a run.
public struct PredictionBasis: Sendable, Equatable {
  /// The machine's limits; nil if they were not measured.
  public var host: HostSpeed?
  /// Of the model's own shape; nil if it was not rehearsed.
  public var rehearsed: RehearsedRates?
  /// Of earlier runs.
  public var reached: ReachedShares

  public init(host: HostSpeed? = nil, rehearsed: RehearsedRates? = nil, reached: ReachedShares = ReachedShares([])) {
    self.host = host
    self.rehearsed = rehearsed
    self.reached = reached
  }
}

extension RunPrediction {
  /// A throughput cell as far as decoding goes.
  public struct Cell: Sendable, Equatable {
    public var id: CellID
    public var promptTokens: Int
    public var decodeTokens: Int
    public var sequences: Int

    public init(id: CellID, promptTokens: Int, decodeTokens: Int, sequences: Int) {
      (self.id, self.promptTokens) = (id, promptTokens)
      (self.decodeTokens, self.sequences) = (decodeTokens, sequences)
    }
  }

  /// What a worker of the native engine is predicted to take and reach; nil for a model that the engine does not run.
  ///
  /// - Parameters:
  ///   - contextLength: Tokens per sequence that the worker has room for.
  ///   - sequences: Sequences at once.
  public init?(
    of folder: URL, contextLength: Int, sequences: Int, cells: [Cell], from basis: PredictionBasis
  ) {
    guard let model = try? FitModel(contentsOf: folder, name: folder.lastPathComponent),
      let serving = try? ServingMemory(model, sequences: sequences, on: .native(.init()))
    else { return nil }
    let footprint = serving.footprint(contextLength: min(contextLength, model.contextLimit))
    let budget = MemoryBudget()
    let elementBytes = ServingEngine.native(.init()).cacheElementBytes
    let memory = Memory(
      weights: footprint.weights, cache: footprint.cache, scratch: footprint.scratch, program: footprint.program,
      machine: budget.memory, reserve: budget.reserve)
    guard let host = basis.host else {
      self.init(memory: memory, decode: [])
      return
    }
    let earlier = model.reached(basis.reached)
    let decode = cells.filter { $0.decodeTokens > 1 }.map { cell in
      // The middle of what is decoded.
      let context = cell.promptTokens + cell.decodeTokens / 2
      let speed = SpeedPrediction(
        of: model, on: host, contextLength: context, sequences: cell.sequences, elementBytes: elementBytes,
        reached: earlier, decode: basis.rehearsed?.rate(at: context, sequences: cell.sequences))
      return Decode(
        cell: cell.id, bytesPerStep: speed.decodeBytes, limit: speed.decodeLimit * Double(cell.sequences),
        rate: speed.decode.flatMap { Rate($0, sequences: cell.sequences) })
    }
    self.init(memory: memory, decode: decode)
  }
}

extension RunPrediction.Rate {
  /// Nil for a rate by common shares, which are not of this machine.
  fileprivate init?(_ rate: PredictedRate, sequences: Int) {
    let basis: RunPrediction.Basis
    switch rate.basis {
    case .rehearsed: basis = .rehearsed
    case .reached: basis = .reached
    case .assumed: return nil
    }
    let count = Double(sequences)
    self.init(
      value: rate.tokensPerSecond * count, lower: rate.interval.lowerBound * count,
      upper: rate.interval.upperBound * count, basis: basis)
  }
}

extension FitModel {
  /// What earlier runs of its family and of most of its weights' format reached; nil if there were none.
  public func reached(_ shares: ReachedShares) -> ReachedShares.Group? {
    let family = config.json["architectures"]?.array?.first?.string ?? config.modelType
    return storages.first.flatMap { shares.group(family: family, format: $0.format) }
  }
}
