import Measurements
import Platform

extension Verdict {
  /// Workflow commands of GitHub Actions that annotate a run with the outcome and with each rule that is not met, one a
  /// line, ending in a newline.
  ///
  /// Format: docs.github.com, "Workflow commands for GitHub Actions".
  public var githubAnnotations: String {
    let level =
      switch outcome {
      case .promote: "notice"
      case .hold, .inconclusive: "warning"
      case .reject: "error"
      }
    var lines = [Self.command(level, "resident: \(answer)", reasons.joined(separator: " "))]
    for guardrail in guardrails where guardrail.state != .passed {
      let level = guardrail.state == .broken ? "error" : "warning"
      lines.append(Self.command(level, "guardrail \(guardrail.ruleState.rawValue)", guardrail.row.clause("allowed")))
    }
    for refusal in refusals { lines.append(Self.command("error", "refused", refusal.description)) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func command(_ level: String, _ title: String, _ message: String) -> String {
    let title = escaped(title).replacing(":", with: "%3A").replacing(",", with: "%2C")
    return "::\(level) title=\(title)::\(escaped(message))"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("%", with: "%25").printable
  }
}
