import Foundation
import JSON

extension NightSchedule {
  /// Tonight's tasks with their minutes, and what is left for another night; ends with a line feed.
  public func text(budget minutes: Double) -> String {
    var lines = tasks.enumerated().map { "\($0 + 1)  \($1.phrase): \($1.expectation); \($1.reason)" }
    if lines.isEmpty { lines.append("nothing is to be measured tonight") }
    lines.append(String(format: "%.1f of %.1f min", self.minutes, minutes))
    lines += leftOut.map { "left out  \($0.task.phrase): \($0.reason)" }
    return lines.joined(separator: "\n") + "\n"
  }

  public var json: JSONValue {
    [
      "tasks": .array(tasks.map(\.json)), "expected_minutes": .number(minutes),
      "left_out": .array(
        leftOut.map { left in
          guard var object = left.task.json.object else { return left.task.json }
          object["left_out_because"] = .string(left.reason)
          return .object(object)
        }),
    ]
  }
}

extension NightTask {
  var json: JSONValue {
    [
      "kind": .string(kind.rawValue), "role": .string(role.rawValue), "resident": .string(resident.rawValue),
      "candidate": .string(candidate.rawValue), "envelope": .string(envelopeID),
      "environment": .string(environment.rawValue), "resumes": .bool(resumes), "expected_minutes": .number(minutes),
      "is_guess": .bool(isGuess), "reason": .string(reason),
    ]
  }
}
