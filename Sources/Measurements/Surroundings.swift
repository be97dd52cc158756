/// What went on around a session's samples: no verdict depends on it, but a reader may ask.
public struct Surroundings: Sendable, Equatable {
  /// What was seen of the machine around one block.
  public struct Block: Sendable, Equatable {
    public var cell: CellID
    public var block: Int
    public var observation: BlockObservation

    public init(cell: CellID, block: Int, observation: BlockObservation) {
      self.cell = cell
      self.block = block
      self.observation = observation
    }
  }

  /// In the order of recording.
  public var incidents: [Incident]
  /// In the order of measurement; a block that was begun twice has two.
  public var blocks: [Block]

  public init(incidents: [Incident] = [], blocks: [Block] = []) {
    self.incidents = incidents
    self.blocks = blocks
  }
}
