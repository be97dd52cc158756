import Measurements

/// One step of an endurance cell's stream.
public struct StreamStep: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    /// A context that begins anew, with nothing in the cache.
    case reset(text: RepeatedText)
    /// The text is added to the context so far, whose prefix stays in the cache.
    case grow(text: RepeatedText)
    /// The same prompt for so many sequences at once.
    case together(text: RepeatedText, sequences: Int)
    /// A request that is ended after so many seconds, as by a user who has seen enough.
    case cancel(text: RepeatedText, seconds: Double)
    /// The scripted turns of a tool loop, one request each.
    case loop(Trace, ToolLoopCell.Announcement)

    static let names = ["reset", "grow", "together", "cancel", "loop"]

    /// As the file has it.
    public var name: String {
      switch self {
      case .reset: "reset"
      case .grow: "grow"
      case .together: "together"
      case .cancel: "cancel"
      case .loop: "loop"
      }
    }
  }

  public var kind: Kind
  /// Of each request.
  public var decodeTokens: Int

  public init(kind: Kind, decodeTokens: Int) {
    self.kind = kind
    self.decodeTokens = decodeTokens
  }

  init?(_ fields: FieldReader, traces: [Trace]) {
    let name = fields.value("do", expected: "one of \(Kind.names.joined(separator: ", "))") { json in
      json.string.flatMap { Kind.names.contains($0) ? $0 : nil }
    }
    let decodeTokens = fields.integer("decode_tokens", 1...131_072)
    // What else it has depends on what it does.
    guard let name, let kind = Kind(name, fields, traces), let decodeTokens else {
      for key in ["text", "repeat", "sequences", "after_milliseconds", "trace", "announce"] { _ = fields.optional(key) }
      return nil
    }
    self.init(kind: kind, decodeTokens: decodeTokens)
  }

  /// Requests that it makes.
  public var requests: Int { if case .loop(let trace, _) = kind { trace.rounds.count } else { 1 } }

  /// Whether a request of it that ended like this did what the step asks for: a cancelled one may be cut, and an engine that
  /// decodes one sequence at a time leaves out the steps with several.
  public func allows(_ status: CellStatus) -> Bool {
    switch kind {
    case .cancel: status == .success || status == .aborted
    case .together: status == .success || status == .unsupported
    case .reset, .grow, .loop: status == .success
    }
  }

  /// Whether its requests have a decode rate that may be compared from one repetition to the next.
  public var isTimed: Bool { if case .cancel = kind { false } else { decodeTokens > 1 } }
}

extension StreamStep.Kind {
  fileprivate init?(_ name: String, _ fields: FieldReader, _ traces: [Trace]) {
    guard name != "loop" else {
      let id = fields.identifier("trace")
      let trace = traces.first { $0.id == id }
      if let id, trace == nil { fields.report("trace", "there is no trace \(Quoted.text(id))") }
      let isAnnouncementSaid = fields.object["announce"] != nil
      let announcement =
        isAnnouncementSaid ? fields.choice("announce", of: ToolLoopCell.Announcement.allCases) : .systemPrompt
      guard let trace, let announcement else { return nil }
      self = .loop(trace, announcement)
      return
    }
    guard let text = RepeatedText(fields) else { return nil }
    switch name {
    case "reset": self = .reset(text: text)
    case "grow": self = .grow(text: text)
    case "together":
      guard let sequences = fields.integer("sequences", 2...64) else { return nil }
      self = .together(text: text, sequences: sequences)
    default:
      guard let milliseconds = fields.number("after_milliseconds", .from(1, through: 600_000)) else { return nil }
      self = .cancel(text: text, seconds: milliseconds / 1000)
    }
  }
}
