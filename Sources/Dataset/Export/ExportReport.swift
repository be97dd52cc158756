import Store

/// What an export did.
public struct ExportReport: Sendable, Equatable {
  /// A session that was left out, and why.
  public struct Refusal: Sendable, Equatable {
    public var session: SessionNumber
    public var error: DatasetError
  }

  public internal(set) var format: ShardFormat
  /// Paths of the new shards, relative to the dataset's folder.
  public internal(set) var written: [String] = []
  /// Sessions that had been there already.
  public internal(set) var unchanged = 0
  /// New sessions.
  public internal(set) var sessions = 0
  public internal(set) var samples = 0
  public internal(set) var refused: [Refusal] = []
}
