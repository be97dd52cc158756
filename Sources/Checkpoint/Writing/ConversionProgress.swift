/// How far a conversion has come.
public struct ConversionProgress: Sendable, Equatable {
  /// The tensor or layer that was just finished.
  public let name: String
  /// Bytes of the source that are done.
  public let doneBytes: Int
  /// Bytes of the source in all.
  public let totalBytes: Int

  public init(name: String, doneBytes: Int, totalBytes: Int) {
    (self.name, self.doneBytes, self.totalBytes) = (name, doneBytes, totalBytes)
  }
}
