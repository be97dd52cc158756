extension ToolLoopCell {
  /// The conditions of its figures, in words.
  public var regime: String {
    let length = mode == .replay ? "\(maximumTokens) decode tokens a turn" : "at most \(maximumTokens) tokens a turn"
    return [
      "\(mode.rawValue) of \(trace.id)", "\(trace.rounds.count) rounds", length,
      "\(trace.tools.tools.count) tools in the \(announcement == .template ? "chat template" : "system prompt")",
      padding.map { "\($0.characters) characters of padding" }, thinking.map { "thinking \($0 ? "on" : "off")" },
      "prefix \(reusesPrefix ? "reused" : "computed anew")", "concurrency 1",
    ].compactMap(\.self).joined(separator: ", ")
  }
}
