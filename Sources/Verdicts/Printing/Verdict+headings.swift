import Measurements

extension VerdictMaturity {
  /// How many comparisons count of those that are needed: `1 of 4 validated comparisons`.
  var text: String {
    validated <= needed
      ? "\(validated) of \(Figures.count(needed, "validated comparison"))"
      : "\(Figures.count(validated, "validated comparison")), \(needed) needed"
  }
}

extension Verdict {
  /// The outcome and how final it is.
  var headline: String {
    "\(outcome.rawValue), \(maturity.stage.rawValue): \(maturity.text)"
  }

  /// Who against whom, and under which conditions; each a name and its text.
  var headings: [(name: String, text: String)] {
    let load = subject.highestLoadAverage.map { ", load average at most \(Figures.plain($0))" } ?? ""
    let contract: [(name: String, text: String)] = [
      ("candidate", Self.title(subject.candidate)),
      ("resident", Self.title(subject.resident) + (subject.role.map { ", role \($0)" } ?? "")),
      ("envelope", "\(subject.envelopeID) version \(subject.envelopeVersion) (\(subject.envelopeHash.short))"),
      ("engine", subject.candidate.engine.title),
    ]
    let circumstances: [(name: String, text: String)] = [
      ("host", "\(subject.host.chip), \(subject.host.operatingSystem), \(Figures.bytes(subject.host.memoryBytes))"),
      ("environment", subject.environment.rawValue + load),
      ("session", subject.session),
      ("blocks", blocksText),
      ("challenge", challengeText),
    ]
    let server: [(name: String, text: String)] = loadMargin.map { [("load", LoadMargin.text($0))] } ?? []
    return contract + workerHeading + server + circumstances
  }

  /// Whose worker was another program, if any.
  private var workerHeading: [(name: String, text: String)] {
    let sides = [("resident", subject.resident), ("candidate", subject.candidate)].filter { $0.1.hasOverriddenWorker }
    guard !sides.isEmpty else { return [] }
    return [
      (
        "worker",
        "overridden by RESIDENT_WORKER for \(sides.map(\.0).joined(separator: " and ")): another program than this one was"
          + " measured"
      )
    ]
  }

  /// What the figures of the rules mean.
  var legend: String {
    let sides = guardrailLevel.sides == .one ? ", each end by itself" : ""
    return "Effects: above 0 is better for the candidate. Intervals on blocks hold however often they were looked at:"
      + " \(Figures.confidence(1 - challenge.level)) confidence for objectives, "
      + "\(Figures.confidence(1 - guardrailLevel.alpha)) for guardrails\(sides);"
      + " the fixed-sample interval beside them is right for a single look."
      + " Answer flips and peak memory are bounds: less is better."
  }

  private var blocksText: String {
    let used = blocks.map(\.used).min() ?? 0
    let planned = blocks.map(\.planned).max() ?? 0
    return "\(used) scored of at most \(planned) per cell, "
      + (stop.map { "ended for: \($0.title)" } ?? "not ended")
  }

  private var challengeText: String {
    let share = challenge.number * (challenge.number + 1) / 2
    let earlier = challenge.earlierSessions.count
    return "\(challenge.number) of this resident, alpha \(Figures.plain(challenge.level)) per objective"
      + (share > 1 ? " (1/\(share) of the first's)" : "")
      + (earlier > 0 ? ", adds to \(Figures.count(earlier, "earlier session"))" : "")
  }

  /// One line a void block.
  var voidLines: [String] { voids.map { "block \($0.block) of \($0.cell): \($0.reason)" } }

  /// How the weights are known, unless they were hashed.
  private static func known(_ proof: ProofLevel?) -> String {
    guard let proof, proof != .hashed else { return "" }
    return ", known by \(proof.rawValue)"
  }

  private static func title(_ contender: VerdictSubject.Contender) -> String {
    let weights = contender.weights.map { "weights \($0.short)\(known(contender.proof))" }
    return "\(contender.model) (\(weights ?? "weights unverified"))"
  }
}
