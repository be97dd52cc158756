import Measurements

/// How far a running session has come.
public struct SessionProgress: Sendable, Equatable {
  public var number: SessionNumber
  /// Seconds since 1970.
  public var startedAt: Double
  public var role: Role?
  /// Nil for a model that is measured alone.
  public var resident: ModelID?
  public var candidate: ModelID
  public var envelopeID: String
  /// Samples of either side so far, whatever their status.
  public var samples: Int
  public var voidBlocks: Int
  /// Where the newest sample was taken; nil before the first.
  public var last: Place?

  /// The newest sample's place.
  public struct Place: Sendable, Equatable {
    public var cell: CellID
    /// From 0.
    public var block: Int
    public var side: Side?
    public var item: String?
    /// Seconds since 1970.
    public var startedAt: Double
  }
}
