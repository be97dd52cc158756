import Measurements

/// One way to run a trace.
public struct ToolLoopCell: Sendable, Equatable {
  /// Whose turns enter the history.
  public enum Mode: String, Sendable, CaseIterable {
    /// The scripted ones: equal work for every model, so it measures speed. Each turn decodes a fixed length.
    case replay
    /// The model's own: measures whether calls stay valid. Each turn stops naturally.
    case live
  }

  /// How the model is told of its tools. Rows of the two kinds don't mix, since a cell is of one.
  public enum Announcement: String, Sendable, CaseIterable {
    /// By the chat template's own form. A model whose template has none does not run the cell.
    case template
    /// In the system prompt, in the form that Hermes models know, for any template; calls are read by `json_tools`.
    case systemPrompt = "system_prompt"
  }

  /// Filler that is appended to tool results, so that the context is as long as it gets in production.
  public struct Padding: Sendable, Equatable {
    /// Over all rounds, shared out evenly among those with results.
    public var characters: Int
    public var seed: UInt64

    public init(characters: Int, seed: UInt64) {
      self.characters = characters
      self.seed = seed
    }
  }

  public var id: CellID
  public var trace: Trace
  public var mode: Mode
  public var announcement: Announcement
  /// Whether the common prefix with the turn before stays in the cache.
  public var reusesPrefix: Bool
  /// The template's switch for reasoning; nil leaves it as it is. A model whose template has no switch does not run a
  /// cell that sets it.
  public var thinking: Bool?
  /// The length of each turn in a replay, its limit in a live loop.
  public var maximumTokens: Int
  /// The limit of each turn.
  public var maximumSeconds: Double
  public var padding: Padding?
  /// ABBA blocks of a replay; a live loop runs once.
  public var blocks: Int

  public init(
    id: CellID, trace: Trace, mode: Mode, announcement: Announcement, reusesPrefix: Bool = true, thinking: Bool? = nil,
    maximumTokens: Int, maximumSeconds: Double = 120, padding: Padding? = nil, blocks: Int = 2
  ) {
    self.id = id
    self.trace = trace
    self.mode = mode
    self.announcement = announcement
    self.reusesPrefix = reusesPrefix
    self.thinking = thinking
    self.maximumTokens = maximumTokens
    self.maximumSeconds = maximumSeconds
    self.padding = padding
    self.blocks = blocks
  }
}
