import Foundation
import Verdicts

extension ComparisonDetail {
  /// How both models make vectors, and in what they differ.
  var vectorsSection: String {
    guard let vectors else { return "" }
    let note =
      vectors.differences.isEmpty
      ? "" : "<p>They differ in \(vectors.differences.joined(separator: ", ").htmlText(atMost: 100)).</p>\n"
    return """
      <h2>Vectors</h2>
      <dl>
      <dt>resident</dt><dd>\(vectors.resident.text.htmlText(atMost: 300))</dd>
      <dt>candidate</dt><dd>\(vectors.candidate.text.htmlText(atMost: 300))</dd>
      </dl>
      \(note)
      """
  }

  /// The requests that either model routed wrongly, with what each made of them.
  var routesSection: String {
    guard !wrongRoutes.isEmpty else { return "" }
    let rows = wrongRoutes.prefix(Self.mostRoutes).map { route in
      [
        route.task.rawValue.htmlText(atMost: 60), route.request.htmlText(atMost: 160), route.right.htmlText(atMost: 60),
        route.resident.html, route.candidate.html,
      ]
    }
    let (resident, candidate) = (
      wrongRoutes.count { !$0.resident.isCorrect }, wrongRoutes.count { !$0.candidate.isCorrect }
    )
    let more =
      wrongRoutes.count > Self.mostRoutes ? "<p class=\"faint\">The first \(Self.mostRoutes) are shown.</p>\n" : ""
    return """
      <h2>Requests routed wrongly</h2>
      <p class="faint">Of this machine's database; no dataset has them. Each model's choice with its similarity, the nearest \
      skill that it did not choose, and its threshold.</p>
      <details><summary>\(resident) by the resident, \(candidate) by the candidate</summary>
      \(HTMLTable(heads: ["task", "request", "right", "resident", "candidate"], rows: rows).html)\(more)</details>

      """
  }

  /// More than the requests of a shipped envelope.
  private static let mostRoutes = 1000
}

extension WrongRoute.Route {
  fileprivate var html: String {
    let chosen = "\(answer.htmlText(atMost: 60))\(similarity.map { " \(Self.figure($0))" } ?? "")"
    let next = runnerUp.map { "runner-up \($0.skill.htmlText(atMost: 60)) \(Self.figure($0.similarity)), " } ?? ""
    return """
      <span class="\(isCorrect ? "good" : "bad")">\(isCorrect ? "✓" : "✕")</span> \(chosen) \
      <small class="faint">\(next)threshold \(Self.figure(threshold))</small>
      """
  }

  private static func figure(_ similarity: Double) -> String { String(format: "%.3f", similarity) }
}
