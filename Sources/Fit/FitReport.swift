import Checkpoint
import NativeEngine

/// What a model takes of a machine, how fast it would be there, and what it can be used for.
public struct FitReport {
  /// What serving takes with a context and a number of sequences.
  public struct Cell: Sendable, Equatable {
    public let contextLength: Int
    public let sequences: Int
    public let footprint: Footprint
  }

  /// The largest context of a number of sequences; nil if not even one token fits.
  public struct Largest: Sendable, Equatable {
    public let sequences: Int
    public let contextLength: Int?
  }

  public let model: FitModel
  public let engine: ServingEngine
  public let budget: MemoryBudget
  public let limits: ServingLimits
  public let host: HostSpeed
  /// Of the limits' context and sequences.
  public let footprint: Footprint
  /// By context, then by sequences.
  public let cells: [Cell]
  public let largest: [Largest]
  /// With an empty cache, and with the limits' context.
  public let speeds: [SpeedPrediction]
  /// What earlier runs like it reached on this machine; nil if there were none.
  public let reached: ReachedShares.Group?
  public let tier: Tier

  /// Sequences of the table.
  public static let sequenceCounts = [1, 2, 4, 8]
  private static let contextLengths = [4096, 8192, 32_768, 131_072]

  /// - Parameters:
  ///   - reached: What earlier runs like it reached on this machine.
  ///   - predict: The prediction at a context.
  /// - Throws: `EngineError` or `CheckpointError` for a model that the engine does not run; what `predict` throws.
  public init(
    of model: FitModel, on engine: ServingEngine, host: HostSpeed, budget: MemoryBudget, limits: ServingLimits,
    reached: ReachedShares.Group? = nil, predict: (_ contextLength: Int) throws -> SpeedPrediction
  ) throws {
    (self.model, self.engine, self.host, self.reached) = (model, engine, host, reached)
    self.budget = budget
    let limits = limits.within(model)
    self.limits = limits
    let own = try ServingMemory(model, sequences: limits.sequences, on: engine)
    footprint = own.footprint(contextLength: limits.contextLength)
    let contexts = Set(
      Self.contextLengths.filter { $0 < model.contextLimit } + [limits.contextLength, model.contextLimit])
    var (cells, largest): ([Cell], [Largest]) = ([], [])
    for sequences in Self.sequenceCounts {
      let memory = try ServingMemory(model, sequences: sequences, on: engine)
      cells += contexts.map {
        Cell(contextLength: $0, sequences: sequences, footprint: memory.footprint(contextLength: $0))
      }
      largest.append(Largest(sequences: sequences, contextLength: memory.largestContext(in: budget.available)))
    }
    self.cells = cells.sorted { ($0.contextLength, $0.sequences) < ($1.contextLength, $1.sequences) }
    self.largest = largest
    speeds = try (limits.contextLength > 0 ? [0, limits.contextLength] : [0]).map(predict)
    tier = Tier(model, footprint: footprint, budget: budget, speed: speeds[speeds.count - 1], limits: limits)
  }
}
