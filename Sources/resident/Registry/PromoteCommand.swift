import ArgumentParser
import Foundation
import Measurements
import ModelRegistry
import Nightly
import Promotion
import Runner
import Store

struct PromoteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "promote", abstract: "Judge a comparison and, on a measured win, point the role at the candidate.",
    discussion: """
      Example: resident promote --comparison 1 --role default --dry-run

      Without options it is the newest finished comparison of this host that was made for a role, and that role. What \
      else a promotion needs stands in the policy beside the registry, resident.json: see `resident policy check`.

      Exit codes:
        0   promoted, already or now, or would be in a dry run
        10  hold: no measured win, a provisional win when the envelope or the policy asks for a final one, a win while the
            host's newest sentinel is off zero, or an edit that takes more than one value, which its owner has to make
        11  reject: a guardrail is broken
        12  inconclusive: too noisy, too few, or data missing
        2   usage or data error, an envelope that may not decide the role, a condition of the policy that is not met, a
            comparison that was set aside or is an import that the policy does not admit, one that was not counted with the other challenges of the resident, or files that are not those that
            were measured; the registry is unchanged
      """)

  @Option(
    help: "The comparison's number, as `resident compare` printed it. Default: the newest finished one for a role.",
    completion: Completions.comparisons)
  var comparison: Int64?

  @Option(
    help: "The role to repoint; several are repointed in one edit. Default: the comparison's.",
    completion: Completions.roles)
  var role: [String] = []

  @Option(
    help: ArgumentHelp(
      "What is edited where roles share a model: role (it alone points at another) or model (it gets another id, and all "
        + "its roles move).", valueName: "what"))
  var move: RegistryEdit.Move = .role

  @Option(help: "With --move model: a role that may move though the comparison was not made for it; can be repeated.")
  var also: [String] = []

  @OptionGroup var target: EditOptions
  @OptionGroup var policy: PolicyOption
  @OptionGroup var database: DatabaseOption
  @OptionGroup var library: LibraryOption

  @Flag(help: "Show the edit and write nothing.")
  var dryRun = false

  @Flag(help: "Print only the edit, as a patch for `git apply`, and write nothing.")
  var patch = false

  @Flag(help: "Accept a provisional verdict when the envelope asks for a final one.")
  var allowProvisional = false

  @Flag(help: "Accept a comparison that was measured on another host.")
  var anyHost = false

  @Option(help: "How the decision is printed: \(DecisionFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
  var format: DecisionFormat = .text

  @Flag(help: "The same as --format json.")
  var json = false

  @Option(
    help: ArgumentHelp("The exported dataset to link to from Markdown.", valueName: "dir"), completion: .directory)
  var results = "results"

  func validate() throws {
    if !also.isEmpty, move != .model { throw ValidationError("--also belongs to --move model.") }
  }

  func run() throws {
    let isDryRun = dryRun || patch
    let store = try database.open(isDryRun ? .readOnly : .readWrite)
    let promoter = Promoter(
      store: store, registry: target.file, requester: Requester.name, policy: policy.file(beside: target.registry.file),
      challenges: ChallengeLedgerFile(beside: target.registry.file.url))
    if !isDryRun {
      for edit in try promoter.log.recover() { Terminal.writeError("settled an interrupted edit: \(edit.line)\n") }
    }
    let host = anyHost ? nil : Measurements.Host.current.fingerprint
    let number = try comparison.map(SessionNumber.init(rawValue:)) ?? promoter.newestComparison(on: host)
    let decision = try promoter.promote(
      number, roles: role.map(Role.init(rawValue:)), move: move, weights: WeightInspector(library.library),
      permissions: Promoter.Permissions(
        isDryRun: isDryRun, allowsProvisional: allowProvisional, hostFingerprint: host,
        also: also.map(Role.init(rawValue:))))
    for remark in decision.remarks { Terminal.writeError("\(remark)\n") }
    if patch {
      if decision.action == .wouldEdit { try Terminal.deliver(exactly: decision.diff?.description ?? "") }
      Terminal.writeError(
        decision.action == .alreadyPromoted
          ? "already promoted\n" : "\(decision.sentinel?.refusal ?? decision.verdict.reason)\n")
    } else {
      DecisionPrinter(decision: decision, file: target.file.url.relativePath, results: results)
        .print(json ? .json : format)
    }
    throw ExitCode(decision.exitCode.rawValue)
  }
}

extension RegistryEdit.Move: ExpressibleByArgument {}

/// Which file is edited.
struct EditOptions: ParsableArguments {
  @OptionGroup var registry: RegistryOption

  @Option(
    help: ArgumentHelp(
      "Edit this file instead of the registry, such as the Nix source that generates it; its form is recognized.",
      valueName: "file"),
    completion: .file())
  var source: String?

  var file: RegistryFile { source.map { RegistryFile(URL(fileURLWithPath: $0)) } ?? registry.file }
}

/// Who asks for an edit, for the log.
enum Requester {
  static var name: String {
    let environment = ProcessInfo.processInfo.environment
    return environment["GITHUB_ACTOR"] ?? environment["USER"] ?? environment["LOGNAME"] ?? NSUserName()
  }
}
