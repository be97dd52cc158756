/// One measured repetition of one cell: raw and immutable.
public struct Sample: Sendable, Equatable {
  /// Where in the plan the repetition stands.
  public struct Place: Sendable, Hashable {
    public var cell: CellID
    /// From 0; a block holds two repetitions of each model, in ABBA order. Accuracy cells have the block 0 only.
    public var block: Int
    /// 0 or 1 within the block.
    public var repetition: Int
    /// The item of an accuracy cell, else nil.
    public var item: String?
    /// The turn of a tool loop, from 1, else nil.
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
    case throughput(ThroughputReading)
    case answer(AnswerReading)
    case turn(TurnReading)
    /// Anything but a success; the message says what happened.
    case unscored(CellStatus, message: String)
  }

  public var place: Place
  /// Seconds since 1970, by the wall clock: for people, never for a duration.
  public var startedAt: Double
  /// Wall-clock nanoseconds from the request to the worker to its answer, by the runner's monotonic clock.
  public var elapsedNanoseconds: Int64
  /// The most bytes the worker had held by then.
  public var peakMemoryBytes: Int64
  /// Runnable threads on the host in the minute before.
  public var loadAverage: Double
  public var outcome: Outcome

  public init(
    place: Place, startedAt: Double, elapsedNanoseconds: Int64, peakMemoryBytes: Int64, loadAverage: Double,
    outcome: Outcome
  ) {
    self.place = place
    self.startedAt = startedAt
    self.elapsedNanoseconds = elapsedNanoseconds
    self.peakMemoryBytes = peakMemoryBytes
    self.loadAverage = loadAverage
    self.outcome = outcome
  }

  public var status: CellStatus {
    switch outcome {
    case .throughput, .answer, .turn: .success
    case .unscored(let status, _): status
    }
  }

  public var throughput: ThroughputReading? {
    guard case .throughput(let reading) = outcome else { return nil }
    return reading
  }

  public var turn: TurnReading? {
    guard case .turn(let reading) = outcome else { return nil }
    return reading
  }

  public var answer: AnswerReading? {
    guard case .answer(let reading) = outcome else { return nil }
    return reading
  }
}
