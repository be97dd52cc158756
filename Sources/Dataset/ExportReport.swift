import Store

/// What an export did.
public struct ExportReport: Sendable, Equatable {
  /// A session that was left out, and why.
  public struct Refusal: Sendable, Equatable {
    public var session: SessionNumber
    public var error: DatasetError
  }

  /// Paths of the new files, relative to the dataset's folder.
  public internal(set) var written: [String] = []
  /// Paths of the files that had been there already.
  public internal(set) var unchanged: [String] = []
  public internal(set) var refused: [Refusal] = []
}
