extension Report {
  /// The standings as a Markdown document: a candidate leads, lags or is level with its resident, objective by objective.
  ///
  /// The same comparisons give the same bytes. Names are shown as text whatever they contain.
  public var rankings: String {
    var text = "# Rankings\n\nA candidate against the resident model, by each comparison's last recorded verdict.\n"
    if comparisons.isEmpty { return text + "\nNo verdict was recorded yet.\n" }
    text +=
      "\n| comparison | candidate | resident | outcome | standing | maturity |\n| --: | --- | --- | --- | --- | --- |\n"
    for comparison in comparisons {
      let standings = comparison.rules.filter { $0.kind == .objective }.map {
        "\($0.standing ?? "undecided") on \($0.metric) of \($0.cell)"
      }
      let cells = [
        comparison.model("candidate"), comparison.model("resident"), comparison.outcome,
        standings.joined(separator: ", "), comparison.maturity,
      ]
      let number = comparison.number.rawValue
      text += "| \(number)[^\(number)] | \(cells.map(\.markdownText).joined(separator: " | ")) |\n"
    }
    for comparison in comparisons {
      let basis = ["session \(comparison.session)", comparison.recordedDay, comparison.envelope]
      text +=
        "\n[^\(comparison.number.rawValue)]: \(basis.joined(separator: ", ").markdownText): "
        + "\(comparison.reason.markdownText)\n"
    }
    return text
  }
}
