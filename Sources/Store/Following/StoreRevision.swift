/// How far a store has come, samples apart: where two revisions are equal, sessions, verdicts, edits and nights are too.
public struct StoreRevision: Sendable, Hashable, CustomStringConvertible {
  /// The number of the newest session, 0 where there is none; likewise for the other rows.
  public var newestSession: Int64
  public var completeSessions: Int
  /// The numbers of the sessions that run, in order.
  public var running: [Int64]
  public var newestVerdict: Int64
  public var newestEdit: Int64
  public var pendingEdits: Int
  public var newestNight: Int64

  /// The figures in a fixed order with dashes between, for names of versions.
  public var description: String {
    [
      String(newestSession), String(completeSessions), running.map(String.init).joined(separator: "+"),
      String(newestVerdict), String(newestEdit), String(pendingEdits), String(newestNight),
    ].joined(separator: "-")
  }
}
