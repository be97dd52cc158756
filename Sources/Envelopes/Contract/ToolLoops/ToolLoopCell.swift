import Measurements
import Platform

/// One way to run a trace.
public struct ToolLoopCell: Sendable, Equatable {
  /// Whose turns enter the history.
  public enum Mode: String, Sendable, CaseIterable {
    /// The scripted ones: equal work for every model, so it measures speed. Each turn decodes a fixed length.
    case replay
    /// The model's own: measures whether calls stay valid. Each turn stops naturally.
    case live
  }

  /// How the model is told of its tools. Rows of the two kinds don't mix, since each cell has one.
  public enum Announcement: String, Sendable, CaseIterable {
    /// In the chat template's form. A model whose template has none does not run the cell.
    case template
    /// In the system prompt, in the form that Hermes models know, for any template; calls are read by `json_tools`.
    case systemPrompt = "system_prompt"
  }

  public var id: CellID
  public var trace: Trace
  public var mode: Mode
  public var announcement: Announcement
  /// Whether the prefix shared with the turn before stays in the KV cache.
  public var reusesPrefix: Bool
  /// The template's switch for reasoning; nil leaves it as it is. A model whose template has no switch does not run a
  /// cell that sets it.
  public var thinking: Bool?
  /// The length of each turn in a replay, its limit in a live loop.
  public var maximumTokens: Int
  /// The limit of each turn.
  public var maximumSeconds: Double
  public var padding: Padding?
  /// ABBA blocks of a replay in an envelope of blocks; by rounds there is one block per round. A live loop runs once.
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

  init?(_ fields: FieldReader, traces: [Trace]) {
    let id = fields.identifier("id")
    let name = fields.identifier("trace")
    let trace = traces.first { $0.id == name }
    if let name, trace == nil {
      let known = traces.map(\.id).joined(separator: ", ")
      fields.report("trace", "there is no trace \(Quoted.text(name)); known: \(known.isEmpty ? "none" : known)")
    }
    let mode = fields.choice("mode", of: Mode.allCases)
    let announcement = fields.choice("announce", of: Announcement.allCases)
    let reusesPrefix = fields.bool("reuse_prefix", default: true)
    let thinking = fields.optional("thinking") == nil ? nil : fields.bool("thinking")
    let maximumTokens = fields.integer("max_tokens", 1...131_072)
    let maximumSeconds = fields.number("max_seconds", .above(0, through: 3600), default: 120)
    let padding = fields.optional("padding") == nil ? nil : fields.section("padding", Padding.init)
    let blocks = mode == .live || fields.schema == .rounds ? 1 : fields.integer("blocks", 1...1000, default: 2)
    guard let id, let trace, let mode, let announcement, let reusesPrefix, let maximumTokens, let maximumSeconds,
      let blocks
    else { return nil }
    self.init(
      id: CellID(rawValue: id), trace: trace, mode: mode, announcement: announcement, reusesPrefix: reusesPrefix,
      thinking: thinking, maximumTokens: maximumTokens, maximumSeconds: maximumSeconds, padding: padding,
      blocks: blocks)
  }

  /// The conditions of its figures, in words. Recorded in verdicts, so the words are part of a format.
  public var regime: String {
    let length = mode == .replay ? "\(maximumTokens) decode tokens a turn" : "at most \(maximumTokens) tokens a turn"
    let place = announcement == .template ? "chat template" : "system prompt"
    return [
      "\(mode.rawValue) of \(trace.id)", Phrase.count(trace.rounds.count, "round"), length,
      "\(Phrase.count(trace.tools.tools.count, "tool")) in the \(place)",
      padding.map { "\($0.characters) characters of padding" }, thinking.map { "thinking \($0 ? "on" : "off")" },
      "prefix \(reusesPrefix ? "reused" : "computed anew")", "concurrency 1",
    ].compactMap(\.self).joined(separator: ", ")
  }
}

extension ToolLoopCell {
  /// Filler that is appended to tool results, so that the context is as long as it gets in production.
  public struct Padding: Sendable, Equatable {
    /// Over all rounds, shared out evenly among those with results.
    public var characters: Int
    public var seed: UInt64

    public init(characters: Int, seed: UInt64) {
      self.characters = characters
      self.seed = seed
    }

    fileprivate init?(_ fields: FieldReader) {
      let characters = fields.integer("characters", 1...4_000_000)
      let seed = fields.seed("seed")
      guard let characters, let seed else { return nil }
      self.init(characters: characters, seed: seed)
    }

    private static let services = [
      "billing", "search", "mailer", "gateway", "ledger", "scheduler", "uploads", "catalog",
    ]
    private static let states = [
      "healthy", "slow", "restarted", "idle", "draining", "healthy", "healthy", "caught up",
    ]
    private static let notes = [
      "no action was taken", "the queue went down again", "an operator was told", "traffic moved to the other zone",
      "the next check is due in ten minutes", "disk use is as it was",
    ]

    /// The filler for one round: lines of an operations log, the same for the same seed and round.
    ///
    /// - Parameter rounds: The number of rounds with results, among which the characters are shared out.
    public func text(forRound round: Int, of rounds: Int) -> String {
      guard rounds > 0 else { return "" }
      let wanted = characters / rounds
      var generator = SplitMix64(seed: seed &+ UInt64(clamping: round) &* 0x9E37_79B9_7F4A_7C15)
      func draw(_ words: [String]) -> String { words[generator.nextIndex(below: words.count)] }
      var text = ""
      while text.utf8.count < wanted {
        let minute = generator.nextIndex(below: 60)
        text += "at 09:\(minute < 10 ? "0" : "")\(minute) the \(draw(Self.services)) service was \(draw(Self.states)), "
        text += "\(generator.nextIndex(below: 900)) requests a minute, \(draw(Self.notes))\n"
      }
      return String(text.prefix(wanted))
    }
  }
}
