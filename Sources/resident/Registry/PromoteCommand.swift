import ArgumentParser
import Foundation
import Measurements
import ModelRegistry
import Promotion
import Runner
import Store

struct PromoteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "promote", abstract: "Judge a comparison and, on a measured win, point the role at the candidate.",
    discussion: """
      Exit codes:
        0   promoted, or would be in a dry run
        10  hold: no measured win, a provisional win when the envelope asks for a final one, or a win while the host's
            newest sentinel is off zero
        11  reject: a guardrail is broken
        12  inconclusive: too noisy, too few, or data missing
        2   usage or data error, an envelope that may not decide the role, a comparison that was not counted with the
            other challenges of the resident, or files that are not those that were measured; the registry is unchanged
      """)

  @Option(help: "The comparison's number, as `resident compare` printed it.")
  var comparison: Int64

  @Option(help: "The role to repoint; several are repointed in one edit.")
  var role: [String]

  @OptionGroup var target: EditOptions
  @OptionGroup var database: DatabaseOption
  @OptionGroup var library: LibraryOption

  @Flag(help: "Show the edit and change nothing.")
  var dryRun = false

  @Flag(help: "Print only the edit, as a patch for `git apply`, and change nothing.")
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
    if role.isEmpty { throw ValidationError("Give at least one --role.") }
  }

  func run() throws {
    let store = try database.open(.readWrite)
    let promoter = Promoter(
      store: store, registry: target.file, requester: Requester.name,
      policy: RegistryPolicyFile(beside: target.registry.file.url),
      challenges: ChallengeLedgerFile(beside: target.registry.file.url))
    for edit in try promoter.recover() { Terminal.writeError("settled an interrupted edit: \(edit.line)\n") }
    let decision = try promoter.promote(
      SessionNumber(rawValue: comparison), roles: role.map(Role.init(rawValue:)),
      weights: WeightInspector { [library = library.library] in try library.fileHashes(of: $0, including: $1) },
      permissions: Promoter.Permissions(
        isDryRun: dryRun || patch, allowsProvisional: allowProvisional,
        hostFingerprint: anyHost ? nil : Measurements.Host.current.fingerprint))
    for remark in decision.remarks { Terminal.writeError("\(remark)\n") }
    if patch {
      if decision.action == .wouldEdit { try Terminal.deliver(decision.diff?.description ?? "") }
      Terminal.writeError("\(decision.sentinel?.refusal ?? decision.verdict.reason)\n")
    } else {
      DecisionPrinter(decision: decision, file: target.file.url.relativePath, results: results)
        .print(json ? .json : format)
    }
    throw ExitCode(decision.exitCode.rawValue)
  }
}

/// Which file is edited.
struct EditOptions: ParsableArguments {
  @OptionGroup var registry: RegistryOption

  @Option(
    help: ArgumentHelp(
      "Edit the Nix source that generates the registry instead: the one line that assigns the role in `models`.",
      valueName: "file.nix"),
    completion: .file(extensions: ["nix"]))
  var source: String?

  var file: any RoleEditing {
    if let source { return NixSourceFile(URL(fileURLWithPath: source)) }
    return registry.file
  }
}

/// Who asks for an edit, for the log.
enum Requester {
  static var name: String {
    let environment = ProcessInfo.processInfo.environment
    return environment["GITHUB_ACTOR"] ?? environment["USER"] ?? environment["LOGNAME"] ?? "unknown"
  }
}
