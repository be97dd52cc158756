import Foundation
import Verdicts

extension RuleState {
  /// A class of the style sheet.
  var tone: String {
    switch self {
    case .shown, .ok: "good"
    case .broken: "bad"
    case .open, .tooNoisy, .noBoundYet, .noData: "open"
    case .notShown: "faint"
    }
  }

  /// The state with a sign, so that it does not rest on colour.
  var html: String {
    let sign =
      switch self {
      case .shown, .ok: "✓"
      case .broken: "✕"
      case .open, .tooNoisy, .noBoundYet, .noData: "?"
      case .notShown: "–"
      }
    return "<span class=\"tag \(tone)\"><i aria-hidden=\"true\">\(sign)</i> \(rawValue)</span>"
  }
}

extension EffectBar {
  /// The interval on a line, with the estimate, no difference and the limit; what has no bound yet is not drawn.
  ///
  /// - Parameter length: Of the axis, in pixels at its full size.
  func svg(on axis: Axis, tone: String, length: Double = Axis.length) -> String {
    let place = { (value: Double) in String(format: "%.1f", 4 + axis.share(of: value) * length) }
    var marks = "<path class=\"z\" d=\"M\(place(0)) 0v16\"/><path class=\"m\" d=\"M\(place(limit)) 0v16\"/>"
    if isBounded {
      let ends = [(lower, axis.holds(lower)), (upper, axis.holds(upper))]
        .map { $0.1 ? "M\(place($0.0)) 4v8" : "" }.joined()
      marks += "<path class=\"s\" d=\"M\(place(lower)) 8H\(place(upper))\(ends)\"/>"
    }
    if axis.holds(estimate) { marks += "<circle cx=\"\(place(estimate))\" cy=\"8\" r=\"3.6\"/>" }
    return "<svg class=\"interval \(tone)\" viewBox=\"0 0 \(Int(length) + 8) 16\" aria-hidden=\"true\">\(marks)</svg>"
  }
}

extension EffectBar.Axis {
  /// In pixels at its full size.
  static let length = 292.0

  /// Which side is better, and what stands at the ends, over the bars of a table.
  ///
  /// - Parameter length: Of the axis, in pixels at its full size.
  func svg(length: Double = length) -> String {
    let zero = 4 + share(of: 0) * length
    let place = String(format: "%.1f", zero)
    let worse = zero > 50 ? "<text x=\"\(zero - 6)\" y=\"11\" text-anchor=\"end\">worse</text>" : ""
    let better = length - zero > 50 ? "<text x=\"\(zero + 6)\" y=\"11\">better →</text>" : ""
    let none = zero > 50 && length - zero > 50 ? "<text x=\"\(place)\" y=\"27\" text-anchor=\"middle\">0</text>" : ""
    return """
      <svg class="interval axis" viewBox="0 0 \(Int(length) + 8) 32" role="img" \
      aria-label="right of zero the candidate is better"><path class="z" d="M\(place) 0v32"/>\(worse)\(better)\(none)\
      <text x="4" y="27">\(ends.lowest)</text><text x="\(Int(length) + 4)" y="27" \
      text-anchor="end">\(ends.highest)</text></svg>
      """
  }
}

/// The rules of a verdict as a table, as a terminal shows them.
struct EvidenceTableHTML {
  let parts: [VerdictFace.Part]

  var html: String {
    let rows = parts.flatMap(\.rows)
    guard !rows.isEmpty else { return "" }
    let axis = EffectBar.Axis(rows.compactMap(\.bar))
    let body = parts.map { part in
      "<tr class=\"part\"><th colspan=\"6\">\(part.title.htmlText)</th></tr>\n"
        + part.rows.map { Self.row($0, axis) }.joined()
    }
    return """
      <div class="table"><table class="evidence"><thead><tr><th></th><th class="figure side">resident</th>\
      <th class="figure side">candidate</th><th class="figure">effect</th><th>\(axis.svg())</th><th>state</th></tr></thead><tbody>
      \(body.joined())</tbody></table></div>

      """
  }

  private static func row(_ row: EvidenceRow, _ axis: EffectBar.Axis) -> String {
    let image = row.bar?.svg(on: axis, tone: row.state.tone) ?? "<span class=\"faint\">\(row.remark.htmlText)</span>"
    return """
      <tr><td>\(row.title.htmlText(atMost: 120))</td><td class="figure side">\(row.resident.htmlText(atMost: 40))</td>\
      <td class="figure side">\(row.candidate.htmlText(atMost: 40))</td><td class="figure">\(row.effect.htmlText(atMost: 40))</td>\
      <td>\(image)</td><td>\(row.state.html)</td></tr>

      """
  }
}
