import ArgumentParser
import Dataset
import Foundation
import JSON
import Measurements

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Judge an exported dataset again from its raw samples alone.",
    discussion: """
      Example: resident verify results/

      Needs no database. Exit code 0 if every published verdict follows from the raw samples and no challenge of a \
      resident is missing or has the number of another, 1 if not, 2 if a file is damaged, does not have the hash in its \
      name or is not what its signature is of, or if a batch that replaces others has not their rows. A verdict about a session that was set aside need not follow, and one that \
      rests on such a session does not. What the exporting database had imported is held to no count of challenges.
      """)

  @Argument(help: ArgumentHelp("The dataset's folder.", valueName: "dir"), completion: .directory)
  var dataset = "results"

  @OptionGroup var engine: DuckDBOption

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let folder = URL(fileURLWithPath: dataset, isDirectory: true)
    let dataset = try PublishedDataset(folder: folder, engine: engine.find())
    let signatures = try dataset.signatures()
    let replacements = try dataset.checkReplacements()
    let verifier = DatasetVerifier(dataset)
    let findings = try verifier.findings()
    let audit = try verifier.challengeAudit()
    let wrong = findings.filter { !$0.isSound }
    if json {
      Terminal.write(
        result: [
          "verdicts": .array(findings.map(\.json)), "challenges": .array(audit.json),
          "is_sound": .bool(wrong.isEmpty && audit.isWhole),
          "replacements": [
            "replacing_batches": .integer(replacements.replacing), "compared_batches": .integer(replacements.compared),
            "missing_batches": .integer(replacements.missing),
          ],
        ])
    } else {
      for finding in findings {
        Terminal.write("\(finding.state.rawValue.replacing("_", with: " "))  \(finding.name)\n")
        for detail in finding.details { Terminal.write("  \(detail)\n") }
      }
      let sound = findings.count { $0.state == .same }
      let follow = sound == 1 ? "follows" : "follow"
      Terminal.write("\(sound) of \(findings.count.counted("verdict")) \(follow) from the raw samples\n")
      for (key, count) in signatures.counts {
        Terminal.write("\(count.counted("batch", plural: "batches")) signed by \(key)\n")
      }
      if replacements.replacing > 0 { Terminal.write(replacements.text) }
      for gap in audit.gaps { Terminal.write("\(gap)\n") }
      for clash in audit.clashes { Terminal.write("\(clash)\n") }
      for absent in audit.absent { Terminal.write("\(absent)\n") }
    }
    if !wrong.isEmpty || !audit.isWhole { throw ExitCode(1) }
  }
}

extension ReplacementSummary {
  fileprivate var text: String {
    "\(replacing.counted("batch", plural: "batches")) \(replacing == 1 ? "has" : "have") the same rows as \(compared) replaced"
      + (missing > 0 ? "; \(missing) more replaced are not there\n" : "\n")
  }
}

extension ChallengeAudit {
  fileprivate var json: [JSONValue] { gaps.map(\.json) + clashes.map(\.json) + absent.map(\.json) }
}

extension ChallengeGap {
  fileprivate var json: JSONValue {
    [
      "state": "missing_challenges", "resident": .string(resident.rawValue), "tensors": .string(tensors.rawValue),
      "host_fingerprint": .string(host), "highest": .integer(highest), "details": .init([description]),
    ]
  }
}

extension ChallengeClash {
  fileprivate var json: JSONValue {
    [
      "state": "shared_challenge", "resident": .string(resident.rawValue), "tensors": .string(tensors.rawValue),
      "host_fingerprint": .string(host), "number": .integer(number), "sessions": .init(sessions),
      "details": .init([description]),
    ]
  }
}

extension AbsentChallenges {
  fileprivate var json: JSONValue {
    [
      "state": "absent_challenges", "resident": .string(resident.rawValue), "tensors": .string(tensors.rawValue),
      "host_fingerprint": .string(host), "details": .init([description]),
    ]
  }
}

extension DatasetVerifier.Finding {
  fileprivate var json: JSONValue {
    [
      "verdict": .string(name), "session": .string(session), "state": .string(state.rawValue),
      "details": .init(details),
    ]
  }
}
