/// A block that is kept but not scored, for both models, because its repetitions disagree or something disturbed it.
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
}
