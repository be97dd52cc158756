import Foundation
import Platform

extension NightSummary {
  /// For a terminal; ends with a line feed.
  public var text: String {
    var lines = [head]
    for result in results {
      lines.append("\(result.outcome)  \(result.task.phrase)\(session(result)), \(Self.minutes(result.minutes))")
      if !result.detail.isEmpty { lines.append("  \(result.detail)") }
      lines += result.incidents.map { "  \($0)" }
    }
    lines += leftOut.map { "left out  \($0.task.phrase): \($0.reason)" }
    if !progress.isEmpty { lines.append("what the candidates lack") }
    lines += progress.map {
      "  \($0.candidate) for \($0.role), \($0.envelopeID): \($0.lacks(at: Machine.wallSeconds))"
    }
    if !exported.isEmpty { lines.append("\(exported.count) new files of the dataset") }
    lines += problems.map { "problem: \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// For an issue or a page; ends with a line feed.
  public var markdown: String {
    var lines = [
      "## \(head)", "", "| outcome | task | session | minutes | what was found |", "| --- | --- | ---: | ---: | --- |",
    ]
    for result in results {
      let found = ([result.detail] + result.incidents).filter { !$0.isEmpty }.map(Self.cell).joined(separator: "<br>")
      let number = result.session.map { "\($0)" } ?? ""
      lines.append(
        "| \(result.outcome) | \(result.task.phrase) | \(number) | \(String(format: "%.1f", result.minutes)) | \(found) |"
      )
    }
    if !leftOut.isEmpty {
      lines += ["", "Left for another night:", ""]
      lines += leftOut.map { "- \($0.task.phrase): \(Self.cell($0.reason))" }
    }
    if !progress.isEmpty {
      lines += ["", "| candidate | role | envelope | still lacks |", "| --- | --- | --- | --- |"]
      lines += progress.map {
        "| \($0.candidate) | \($0.role) | \($0.envelopeID) | \(Self.cell($0.lacks(at: Machine.wallSeconds))) |"
      }
    }
    if !exported.isEmpty { lines += ["", "New files of the dataset:", ""] + exported.map { "- `\($0)`" } }
    if !problems.isEmpty { lines += ["", "Problems:", ""] + problems.map { "- \(Self.cell($0))" } }
    return lines.joined(separator: "\n") + "\n"
  }

  private var head: String {
    let time = Date(timeIntervalSince1970: startedAt).formatted(.iso8601)
    let done = results.count { $0.state == .done }
    return "Night \(plan.id) of \(time): \(done) of \(results.count) tasks done in "
      + "\(Self.minutes(minutes)) of \(Self.minutes(plan.budget.minutes))" + (wasInterrupted ? ", interrupted" : "")
  }

  private func session(_ result: NightResult) -> String { result.session.map { ", session \($0)" } ?? "" }

  private static func minutes(_ value: Double) -> String { String(format: "%.1f min", value) }

  private static func cell(_ text: String) -> String {
    text.replacing("|", with: "\\|").replacing("\n", with: " ")
  }
}

extension NightResult {
  /// What came of the task, in a word or two.
  fileprivate var outcome: String {
    if let sentinel, state == .done { return sentinel.coversZero ? "covers zero" : "off zero" }
    guard let verdict, state == .done else { return state.rawValue.replacing("_", with: " ") }
    let promotion = promotion.map {
      $0.action == .edited ? ", promoted" : ", \($0.action.rawValue.replacing("_", with: " "))"
    }
    return verdict.outcome.rawValue + (verdict.isProvisional ? ", provisional" : ", final") + (promotion ?? "")
  }
}

extension NightSchedule {
  /// Tonight's tasks with their minutes, and what is left for another night; ends with a line feed.
  public func text(budget minutes: Double) -> String {
    var lines = tasks.enumerated().map { index, task in
      "\(index + 1)  \(task.phrase): \(task.expectation); \(task.reason)"
        + (task.forecast.map { "; \($0.text)" } ?? "")
    }
    if lines.isEmpty { lines.append("nothing is to be measured tonight") }
    lines.append(String(format: "%.1f of %.1f min", self.minutes, minutes))
    lines += leftOut.map { "left out  \($0.task.phrase): \($0.reason)" }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension NightTask {
  /// The task in a few words.
  public var phrase: String {
    let models =
      switch kind {
      case .comparison: "\(candidate) against \(resident)"
      case .screening: "\(candidate) alone"
      case .sentinel: "\(resident) against its copy"
      case .endurance: "\(resident) through a long stream"
      }
    return "\(kind.rawValue) of \(models), \(envelopeID), \(environment.rawValue)" + (resumes ? ", resumed" : "")
  }

  /// The minutes that it is expected to take, in words.
  fileprivate var expectation: String { String(format: isGuess ? "about %.1f min (a guess)" : "%.1f min", minutes) }
}
