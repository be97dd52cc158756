import Measurements
import Store
import Verdicts

/// The comparisons of a store with their last recorded verdicts, newest first.
public struct Report: Sendable, Equatable {
  public let comparisons: [Comparison]
  /// The sessions whose last verdict this version does not read, and why.
  public let unreadable: [SessionNumber: RecordedVerdict.Problem]

  /// - Parameters:
  ///   - records: In the order of recording; the last of each session counts.
  ///   - marks: Of the sessions that were not measured here or were set aside.
  public init(_ records: [VerdictRecord], marks: [SessionNumber: SessionMark] = [:]) {
    let latest = Dictionary(records.map { ($0.session, $0) }, uniquingKeysWith: { $1 })
    var comparisons: [Comparison] = []
    var unreadable: [SessionNumber: RecordedVerdict.Problem] = [:]
    for record in latest.values.sorted(by: { $0.session > $1.session }) {
      do throws(RecordedVerdict.Problem) {
        comparisons.append(try Comparison(record, mark: marks[record.session] ?? SessionMark()))
      } catch {
        unreadable[record.session] = error
      }
    }
    self.comparisons = comparisons
    self.unreadable = unreadable
  }
}

extension Report {
  /// The standings as a Markdown document: per objective, whether the candidate leads, lags or is level.
  ///
  /// The same comparisons make the same bytes. Names are shown as text whatever they contain.
  public var rankings: String {
    var text = "# Rankings\n\nA candidate against the resident model, by each comparison's last recorded verdict.\n"
    if comparisons.isEmpty { return text + "\nNo verdict was recorded yet.\n" }
    text +=
      "\n| comparison | candidate | resident | outcome | standing | maturity | origin |\n"
      + "| --: | --- | --- | --- | --- | --- | --- |\n"
    for comparison in comparisons {
      let standings = comparison.rules.filter { $0.kind == .objective }.map {
        "\($0.rule.standing?.rawValue ?? "undecided") on \($0.rule.metric) of \($0.cellName)"
      }
      let cells = [
        comparison.model(.candidate).rawValue, comparison.model(.resident).rawValue, comparison.outcome.rawValue,
        standings.joined(separator: ", "), comparison.maturity, comparison.mark.publicText,
      ]
      let number = comparison.number.rawValue
      text += "| \(number)[^\(number)] | \(cells.map(\.markdownText).joined(separator: " | ")) |\n"
    }
    for comparison in comparisons {
      let basis = ["session \(comparison.verdict.subject.session)", comparison.recordedDay, comparison.envelope]
      text +=
        "\n[^\(comparison.number.rawValue)]: \(basis.joined(separator: ", ").markdownText): "
        + "\(comparison.verdict.sentence.markdownText)\n"
    }
    return text
  }
}
