import Checkpoint
import Foundation

/// What a role asks of a model that serves it.
public struct ServingLimits: Sendable, Equatable {
  /// Tokens of each sequence that must fit.
  public var contextLength: Int
  /// Sequences at once that must fit.
  public var sequences: Int
  /// Of the prompt whose first token is waited for.
  public var promptTokens: Int
  /// Tokens per second of one sequence.
  public var decodeRate: Double
  public var firstTokenSeconds: Double

  public init(
    contextLength: Int = 8192, sequences: Int = 1, promptTokens: Int = 1024, decodeRate: Double = 10,
    firstTokenSeconds: Double = 5
  ) {
    (self.contextLength, self.sequences, self.promptTokens) = (contextLength, sequences, promptTokens)
    (self.decodeRate, self.firstTokenSeconds) = (decodeRate, firstTokenSeconds)
  }
}

extension ServingLimits {
  /// The same with a context and a prompt that the model has room for.
  func within(_ model: FitModel) -> ServingLimits {
    var limits = self
    limits.contextLength = min(contextLength, model.contextLimit)
    limits.promptTokens = min(promptTokens, limits.contextLength)
    return limits
  }
}

/// What a model can be used for on a machine, with what decided it.
public enum Tier: Sendable, Equatable {
  /// Fits with its cache, and is fast enough at the slow end of the predicted intervals.
  case interactive(because: [Inequality])
  /// Fits, and is or may be slower.
  case overnight(because: Inequality)
  /// Does not fit one machine; the cluster is nil if no number of them would do, since a machine has no room beside the
  /// program and its scratch.
  case aspirational(because: Inequality, Cluster?)

  /// A comparison of two figures of one unit.
  public struct Inequality: Sendable, Equatable {
    public enum Unit: String, Sendable {
      case bytes = "bytes"
      case tokensPerSecond = "tokens_per_s"
      case seconds = "s"
    }

    public let what: String
    public let value: Double
    public let limit: Double
    public let unit: Unit
    /// Whether the value may not be above the limit; otherwise it may not be below.
    public let isUpperLimit: Bool

    public var holds: Bool { isUpperLimit ? value <= limit : value >= limit }
  }

  /// How many machines of one kind hold a model together.
  public struct Cluster: Sendable, Equatable {
    /// Machines that hold the weights, each with its share.
    public let machinesForWeights: Int
    /// Machines that hold weights and cache.
    public let machines: Int
    /// Bytes that a token sends between machines where each has some of the layers.
    public let pipelineBytesPerToken: Int
    /// Where each has a part of every layer: two sums over all machines per layer (Shoeybi et al. 2019, arXiv
    /// 1909.08053), each sent once around a ring.
    public let tensorBytesPerToken: Int
  }

  public var name: String {
    switch self {
    case .interactive: "interactive"
    case .overnight: "overnight"
    case .aspirational: "aspirational"
    }
  }

  public var reasons: [Inequality] {
    switch self {
    case .interactive(let because): because
    case .overnight(let because), .aspirational(let because, _): [because]
    }
  }

  /// - Parameter footprint: Of the limits' context and sequences.
  public init(
    _ model: FitModel, footprint: Footprint, budget: MemoryBudget, speed: SpeedPrediction, limits: ServingLimits
  ) {
    let fits = Inequality(footprint, in: budget)
    guard fits.holds else {
      self = .aspirational(because: fits, Cluster(model, footprint: footprint, budget: budget))
      return
    }
    let rate = speed.decode.map {
      Inequality(
        what: "decode rate", value: $0.interval.lowerBound, limit: limits.decodeRate, unit: .tokensPerSecond,
        isUpperLimit: false)
    }
    if let rate, !rate.holds {
      self = .overnight(because: rate)
      return
    }
    let reasons = [fits, rate].compactMap(\.self)
    guard let first = speed.firstToken(promptTokens: limits.promptTokens) else {
      self = .interactive(because: reasons)
      return
    }
    let wait = Inequality(
      what: model.isEncoder ? "vector" : "first token", value: first.interval.upperBound,
      limit: limits.firstTokenSeconds, unit: .seconds,
      isUpperLimit: true)
    self = wait.holds ? .interactive(because: reasons + [wait]) : .overnight(because: wait)
  }
}

extension Tier {
  /// Of a model folder before it is measured on this machine; nil for a folder that nothing can be said of.
  ///
  /// Without the machine's speed, a model that fits has no tier.
  public init?(of folder: URL, budget: MemoryBudget, limits: ServingLimits, from basis: PredictionBasis) {
    guard let model = try? FitModel(contentsOf: folder, name: folder.lastPathComponent) else { return nil }
    let limits = limits.within(model)
    let engine = ServingEngine.native(.init())
    let native = try? ServingMemory(model, sequences: limits.sequences, on: engine)
    guard let memory = native ?? (try? ServingMemory(model, sequences: limits.sequences, on: .other)) else {
      return nil
    }
    let footprint = memory.footprint(contextLength: limits.contextLength)
    guard let host = basis.host else {
      let fits = Inequality(footprint, in: budget)
      guard !fits.holds else { return nil }
      self = .aspirational(because: fits, Cluster(model, footprint: footprint, budget: budget))
      return
    }
    let speed = SpeedPrediction(
      of: model, on: host, contextLength: limits.contextLength, sequences: limits.sequences,
      elementBytes: (native == nil ? ServingEngine.other : engine).cacheElementBytes,
      reached: native == nil ? nil : model.reached(basis.reached),
      decode: basis.rehearsed?.rate(at: limits.contextLength, sequences: limits.sequences))
    self.init(model, footprint: footprint, budget: budget, speed: speed, limits: limits)
  }
}

extension Tier.Inequality {
  fileprivate init(_ footprint: Footprint, in budget: MemoryBudget) {
    self.init(
      what: "memory", value: Double(footprint.total), limit: Double(budget.available), unit: .bytes, isUpperLimit: true)
  }
}

extension Tier.Cluster {
  fileprivate init?(_ model: FitModel, footprint: Footprint, budget: MemoryBudget) {
    // Every machine runs the program, with scratch of its own.
    let room = budget.available - footprint.scratch - footprint.program
    guard room > 0 else { return nil }
    func count(_ bytes: Int) -> Int { max(1, (bytes + room - 1) / room) }
    machinesForWeights = count(footprint.weights)
    machines = count(footprint.weights + footprint.cache)
    // In half precision.
    let vector = 2 * model.config.hiddenSize
    let sums = 2 * model.config.layerCount
    pipelineBytesPerToken = vector * (machines - 1)
    tensorBytesPerToken = sums * 2 * vector * (machines - 1) / machines
  }
}
