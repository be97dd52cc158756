import Foundation
import JSON

/// What came of all mutants of one kind.
struct Report {
  let kind: FileKind
  let trials: [Trial]

  var failures: [Trial] { trials.filter { $0.failure != nil } }
  private var accepted: Int { trials.count { $0.outcome == .accepted } }
  private var refused: Int { trials.count { $0.outcome == .refused } }
  private var slowest: Trial? { trials.max { $0.processorSeconds < $1.processorSeconds } }
  private var largest: Trial? { trials.max { $0.growthBytes < $1.growthBytes } }

  /// One line, and one more for each failure.
  var text: String {
    let slow = slowest.map { String(format: "slowest %.3f s (%d)", $0.processorSeconds, $0.number) } ?? ""
    let large = largest.map { "largest growth \($0.growthBytes >> 10) KiB (\($0.number), of \($0.fileBytes) bytes)" }
    let line =
      "\(kind.rawValue): \(trials.count) mutants, \(accepted) accepted, \(refused) refused; \(slow), \(large ?? ""); "
      + (failures.isEmpty ? "no failures" : "\(failures.count) failures")
    return ([line] + failures.map { "  mutant \($0.number) \($0.failure ?? "")" }).joined(separator: "\n")
  }

  var json: JSONValue {
    [
      "kind": .string(kind.rawValue), "mutants": .integer(trials.count), "accepted": .integer(accepted),
      "refused": .integer(refused),
      "slowest": [
        "mutant": .integer(slowest?.number ?? 0), "processor_seconds": .number(slowest?.processorSeconds ?? 0),
      ],
      "largest_growth": [
        "mutant": .integer(largest?.number ?? 0), "bytes": .integer(largest?.growthBytes ?? 0),
        "file_bytes": .integer(largest?.fileBytes ?? 0),
      ],
      "failures": .array(
        failures.map { ["mutant": .integer($0.number), "problem": .string($0.failure ?? "")] }),
    ]
  }
}
