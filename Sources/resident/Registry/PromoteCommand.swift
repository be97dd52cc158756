import ArgumentParser
import Foundation
import JSON
import Promotion
import Store
import Vocabulary

struct PromoteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "promote", abstract: "Judge a comparison and, on a measured win, point the role at the candidate.",
    discussion: """
      Exit codes:
        0   promoted, or would be in a dry run
        10  hold: no measured win, or a provisional win where the envelope asks for a final one
        11  reject: a guardrail is broken
        12  inconclusive: too noisy, too few, or data missing
        2   usage or data error; the registry is unchanged
      """)

  @Option(help: "The comparison's number, as `resident compare` printed it.")
  var comparison: Int64

  @Option(help: "The role to repoint.")
  var role: String

  @OptionGroup var registry: RegistryOption
  @OptionGroup var database: DatabaseOption

  @Flag(help: "Show the edit and change nothing.")
  var dryRun = false

  @Flag(help: "Accept a provisional verdict where the envelope asks for a final one.")
  var allowProvisional = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let store = try database.open(.readWrite)
    let promoter = Promoter(store: store, registry: registry.file, requester: Requester.name)
    let decision = try promoter.promote(
      SessionNumber(rawValue: comparison), role: Role(rawValue: role), isDryRun: dryRun,
      allowsProvisional: allowProvisional)
    Terminal.write(json ? decision.json.serialized(.pretty) + "\n" : text(decision))
    throw ExitCode(decision.exitCode.rawValue)
  }

  private func text(_ decision: PromotionDecision) -> String {
    var text = decision.verdict.text(width: Terminal.width) + "\n"
    switch decision.action {
    case .edited: text += "\n\(registry.file.url.relativePath) is changed:\n"
    case .wouldEdit: text += "\ndry run; \(registry.file.url.relativePath) would change:\n"
    case .needsMaturity:
      text += "\nthe verdict is provisional and the envelope asks for a final one; --allow-provisional overrides:\n"
    case .none: text += "\n\(registry.file.url.relativePath) is unchanged.\n"
    }
    return text + (decision.diff?.description ?? "")
  }
}

/// Who asks, for the log of registry edits.
enum Requester {
  static var name: String {
    let environment = ProcessInfo.processInfo.environment
    return environment["GITHUB_ACTOR"] ?? environment["USER"] ?? environment["LOGNAME"] ?? "unknown"
  }
}
