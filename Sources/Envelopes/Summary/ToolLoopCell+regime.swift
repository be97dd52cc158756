extension ToolLoopCell {
  /// The conditions of its figures, in words.
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
