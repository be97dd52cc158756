import Measurements

extension ToolLoopCell {
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
    let blocks = mode == .live ? 1 : fields.integer("blocks", 1...1000, default: 2)
    guard let id, let trace, let mode, let announcement, let reusesPrefix, let maximumTokens, let maximumSeconds,
      let blocks
    else { return nil }
    self.init(
      id: CellID(rawValue: id), trace: trace, mode: mode, announcement: announcement, reusesPrefix: reusesPrefix,
      thinking: thinking, maximumTokens: maximumTokens, maximumSeconds: maximumSeconds, padding: padding,
      blocks: blocks)
  }
}

extension ToolLoopCell.Padding {
  fileprivate init?(_ fields: FieldReader) {
    let characters = fields.integer("characters", 1...4_000_000)
    let seed = fields.seed("seed")
    guard let characters, let seed else { return nil }
    self.init(characters: characters, seed: seed)
  }
}
