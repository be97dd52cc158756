import Platform

extension ToolLoopCell.Padding {
  private static let services = ["billing", "search", "mailer", "gateway", "ledger", "scheduler", "uploads", "catalog"]
  private static let states = ["healthy", "slow", "restarted", "idle", "draining", "healthy", "healthy", "caught up"]
  private static let notes = [
    "no action was taken", "the queue went down again", "an operator was told", "traffic moved to the other zone",
    "the next check is due in ten minutes", "disk use is as it was",
  ]

  /// The filler for one round: lines of an operations log, the same for the same seed and round.
  ///
  /// - Parameter rounds: The rounds with results, among which the characters are shared out.
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
