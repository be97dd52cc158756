import Measurements

extension Verdict {
  /// The outcome and how final it is.
  var headline: String {
    "\(outcome.rawValue), \(maturity.stage.rawValue): \(maturity.validated) of"
      + " \(Figures.count(maturity.needed, "validated comparison"))"
  }

  /// Who against whom, and under which conditions; each a name and its text.
  var headings: [(name: String, text: String)] {
    let load = subject.highestLoadAverage.map { ", load average at most \(Figures.plain($0))" } ?? ""
    return [
      ("candidate", Self.title(subject.candidate)),
      ("resident", Self.title(subject.resident) + (subject.role.map { ", role \($0)" } ?? "")),
      ("envelope", "\(subject.envelopeID) version \(subject.envelopeVersion) (\(subject.envelopeHash.short))"),
      ("engine", subject.candidate.engine.title),
      ("host", "\(subject.host.chip), \(subject.host.operatingSystem), \(Figures.bytes(subject.host.memoryBytes))"),
      ("environment", subject.environment.rawValue + load),
      ("session", subject.session),
    ]
  }

  /// What the figures of the rules mean.
  var legend: String {
    "Effects: above 0 is better for the candidate; intervals at \(Figures.confidence(confidence)) confidence."
      + " Answer flips and peak memory are bounds: less is better."
  }

  /// One line a void block.
  var voidLines: [String] { voids.map { "block \($0.block) of \($0.cell): \($0.reason)" } }

  private static func title(_ contender: VerdictSubject.Contender) -> String {
    "\(contender.model) (\(contender.weights.map { "weights \($0.short)" } ?? "weights unverified"))"
  }
}
