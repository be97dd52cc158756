/// One measured repetition of one cell: raw and immutable.
public struct Sample: Sendable, Equatable {
  /// Where in the plan the repetition stands.
  public struct Place: Sendable, Hashable {
    public var cell: CellID
    /// From 0; an endurance cell's is the attempt. A block holds two repetitions of each model. By rounds it is the round. Accuracy cells have the block 0 only.
    public var block: Int
    /// 0 or 1 within the block. In a round that was measured in slices, 0 is the request in slices and 1 the whole one.
    public var repetition: Int
    /// The item of an accuracy cell, else nil.
    public var item: String?
    /// The turn of a tool loop or the request of an endurance cell's stream, from 1, else nil.
    public var round: Int?

    public init(cell: CellID, block: Int, repetition: Int, item: String? = nil, round: Int? = nil) {
      self.cell = cell
      self.block = block
      self.repetition = repetition
      self.item = item
      self.round = round
    }
  }

  /// What was measured.
  public enum Outcome: Sendable, Equatable {
    /// The times of a throughput cell's repetition.
    case throughput(ThroughputReading)
    /// The answer to an item of an accuracy task.
    case answer(AnswerReading)
    /// The scores of a perplexity or divergence task's text.
    case text(TextScores)
    /// The cosine of the vectors of a similarity task's two texts.
    case similarity(Double)
    /// A turn of a tool loop.
    case turn(TurnReading)
    /// Anything but a success; the message says what happened.
    case unscored(CellStatus, message: String)
  }

  public var place: Place
  /// Seconds since 1970, by the wall clock: for people, never for a duration.
  public var startedAt: Double
  /// Wall-clock nanoseconds from the request to the worker to its reply, by the runner's monotonic clock; of all slices of
  /// a request in slices, and of an item asked in a batch its share by tokens.
  public var elapsedNanoseconds: Int64
  /// The most bytes the worker had held by then.
  public var peakMemoryBytes: Int64
  /// Runnable threads on the host in the minute before.
  public var loadAverage: Double
  public var outcome: Outcome
  /// What was held right after it; of requests of endurance cells, else nil.
  public var memory: MemoryReading?

  public init(
    place: Place, startedAt: Double, elapsedNanoseconds: Int64, peakMemoryBytes: Int64, loadAverage: Double,
    outcome: Outcome, memory: MemoryReading? = nil
  ) {
    self.place = place
    self.startedAt = startedAt
    self.elapsedNanoseconds = elapsedNanoseconds
    self.peakMemoryBytes = peakMemoryBytes
    self.loadAverage = loadAverage
    self.outcome = outcome
    self.memory = memory
  }

  public var status: CellStatus {
    switch outcome {
    case .throughput, .answer, .text, .similarity, .turn: .success
    case .unscored(let status, _): status
    }
  }

  public var throughput: ThroughputReading? { if case .throughput(let reading) = outcome { reading } else { nil } }
  public var answer: AnswerReading? { if case .answer(let reading) = outcome { reading } else { nil } }
  public var text: TextScores? { if case .text(let scores) = outcome { scores } else { nil } }
  public var similarity: Double? { if case .similarity(let cosine) = outcome { cosine } else { nil } }
  public var turn: TurnReading? { if case .turn(let reading) = outcome { reading } else { nil } }

  /// The times of a throughput repetition or of a turn.
  public var times: ThroughputReading? { throughput ?? turn?.times }
}

/// How the measurement of a cell ended; only a success is scored.
public enum CellStatus: String, Sendable, CaseIterable {
  case success
  /// The worker died or replied with an error.
  case failed
  /// The model and its cache did not fit the memory budget.
  case capacityGated = "capacity_gated"
  /// The engine cannot do what the cell asks for.
  case unsupported
  /// The user or a time limit ended it.
  case aborted
  /// The cell says nothing about this model.
  case notApplicable = "not_applicable"
}

/// A block that is kept but not scored, for both models, because something disturbed it or, in an envelope of blocks, its
/// repetitions disagree.
public struct BlockVoid: Sendable, Hashable {
  public var cell: CellID
  public var block: Int
  /// For people: what differed, by how much, and the limit.
  public var reason: String

  public init(cell: CellID, block: Int, reason: String) {
    self.cell = cell
    self.block = block
    self.reason = reason
  }

  /// How the reason begins where a side's worker died or hung.
  public static func workerEnd(of side: Side) -> String { "the \(side.rawValue)'s worker was replaced" }
}
