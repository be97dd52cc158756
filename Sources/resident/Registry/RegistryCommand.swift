import ArgumentParser
import Envelopes
import Foundation
import JSON
import Measurements
import ModelRegistry
import Platform
import Runner
import Store

struct RegistryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "registry", abstract: "Show the registry and its history.",
    subcommands: [
      ShowCommand.self, ResolveCommand.self, LogCommand.self, RollbackCommand.self, DiffCommand.self,
      CreateCommand.self, AllowCommand.self,
    ])

  struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract: "Say the registry's form; list roles, models, spent alpha budgets and what the policy asks for.",
      discussion: """
        Example: resident registry show

        Challenge k of a resident may spend 1 / (k (k + 1)) of the chance that a candidate wins by luck, so that all \
        challenges together spend no more than the whole. Challenges are counted by the resident's weights on this host, \
        over all roles, envelopes, names and databases: those of other databases are in the ledger beside the registry, \
        registry.challenges.jsonl for registry.json. Other weights start with a new budget.
        """)
    @OptionGroup var registry: RegistryOption
    @OptionGroup var policy: PolicyOption
    @OptionGroup var database: DatabaseOption
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
      let policy = try self.policy.file(beside: registry.file).read()
      let document = try registry.file.read()
      let rows = try budgets(of: document, admitting: policy?.admission ?? .none)
      if json {
        let roles = rows.map { ($0.entry.role.rawValue, $0.json(policy)) }
        let output: JSONValue = [
          "path": .string(document.path), "form": .string(document.kind.rawValue), "roles": .object(JSONObject(roles)),
        ]
        return Terminal.write(result: output)
      }
      Terminal.write("\(document.path): \(document.kind)\n")
      let lines = rows.map { [$0.entry.role.rawValue.printable, $0.modelText.printable, $0.text.printable] }
      let table = TextTable(aligning: lines, as: .words)
      for line in lines { Terminal.write(table.line(line) + "\n") }
      for line in policy?.lines ?? [] { Terminal.write("\(line.printable)\n") }
    }

    private func budgets(of document: Registry, admitting admission: ImportAdmission) throws -> [RoleBudget] {
      let store = database.exists ? try database.open(.readOnly) : nil
      let ledger = try ChallengeLedgerFile(beside: registry.file.url).read()
      let host = Measurements.Host.current.fingerprint
      return try document.entries.map { entry in
        let counted = try entry.id.map { id in
          max(
            try store?.challenges(of: id, host: host, admitting: admission) ?? 0,
            ledger.challenges(of: id, host: host).spent)
        }
        return RoleBudget(
          entry: entry, challenges: counted ?? 0, company: document.rolesMoving(with: entry.role))
      }
    }
  }

  struct ResolveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "resolve", abstract: "Print the model id of a role; an unknown name is an error, never a guess.",
      discussion: "Example: resident registry resolve default")
    @Argument(help: "A role, or an id that the registry names.") var role: String
    @OptionGroup var registry: RegistryOption
    @OptionGroup var output: JSONOption

    func run() throws {
      let resolution = try registry.file.read().resolve(role)
      if output.isChosen {
        return Terminal.write(
          result: [
            "name": .string(role), "model": .string(resolution.id.rawValue), "meaning": .string("\(resolution)"),
          ])
      }
      Terminal.writeError("\(resolution)\n")
      Terminal.write("\(resolution.id)\n")
    }
  }

  struct CreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "create", abstract: "Make a registry that does not exist yet.",
      discussion: "Example: resident registry create default=qwen3-4b coding=qwen3-8b")
    @Argument(help: "Roles and models, as ROLE=ID.") var assignments: [String]
    @OptionGroup var registry: RegistryOption
    @OptionGroup var output: JSONOption

    func run() throws {
      let models = try assignments.map { assignment in
        let parts = assignment.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { throw ValidationError("\"\(assignment)\" is not ROLE=ID.") }
        return (Role(rawValue: String(parts[0])), ModelID(rawValue: String(parts[1])))
      }
      try registry.file.create(models: models)
      if output.isChosen {
        let roles = models.map { ($0.0.rawValue, JSONValue.string($0.1.rawValue)) }
        return Terminal.write(
          result: ["path": .string(registry.file.url.relativePath), "roles": .object(JSONObject(roles))])
      }
      Terminal.write("made \(registry.file.url.relativePath)\n")
    }
  }
}

extension RegistryCommand {
  struct AllowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "allow", abstract: "Let an envelope decide a role, and thereby no other that is not allowed.",
      discussion: """
        Example: resident registry allow default envelopes/nightly.json

        Writes the policy beside the registry, resident.json. While it pins no envelope, any of schema 2 with a confidence \
        of at least 0.95 and rules on answers and total time may decide any role; else a promotion needs the hash of its \
        comparison's envelope there.
        """)
    @Argument(help: "A role, or \"*\" for all roles.") var role: String
    @Argument(help: ArgumentHelp("The envelope.", valueName: "envelope.json"), completion: .file(extensions: ["json"]))
    var envelope: String
    @OptionGroup var registry: RegistryOption
    @OptionGroup var policy: PolicyOption
    @OptionGroup var output: JSONOption

    func run() throws {
      let envelope = try Envelope(contentsOf: URL(fileURLWithPath: envelope))
      let role = Role(rawValue: role)
      // A mistyped role would pin nothing.
      if role != RegistryPolicy.everyRole { _ = try registry.file.resident(of: role) }
      let policy = policy.file(beside: registry.file)
      try policy.allow(envelope.hash, for: role)
      if output.isChosen {
        return Terminal.write(
          result: [
            "policy": .string(policy.url.relativePath), "role": .string(role.rawValue),
            "envelope": .string(envelope.id), "sha256": .string(envelope.hash.rawValue),
          ])
      }
      Terminal.write("\(policy.url.relativePath) lets \(envelope.id) (\(envelope.hash)) decide \(role)\n")
    }
  }
}

/// How much of a role's alpha budget its resident's challenges have spent.
private struct RoleBudget {
  let entry: Registry.Entry
  /// Challenges of the resident so far.
  let challenges: Int
  /// The roles that share the role's model, itself included.
  let company: [Role]

  /// The sum of 1 / (k (k + 1)) over the challenges, a share of the whole budget.
  var spent: Double { 1 - 1 / Double(challenges + 1) }
  /// What the next challenge may spend, likewise.
  var next: Double { 1 / (Double(challenges + 1) * Double(challenges + 2)) }

  var modelText: String {
    switch entry.meaning {
    case .model(let id): id.rawValue
    case .unset: "not set"
    case .unusable: "unusable"
    }
  }

  var text: String {
    switch entry.meaning {
    case .unset: return "nothing can be promoted to it until it has a model"
    case .unusable(let problem): return problem.description
    case .model:
      let count = challenges == 1 ? "1 challenge" : "\(challenges) challenges"
      let others = company.filter { $0 != entry.role }.map(\.rawValue).joined(separator: ", ")
      return count
        + String(format: ", %.4g %% of the budget spent, the next may spend %.4g %%", 100 * spent, 100 * next)
        + (others.isEmpty ? "" : "; shares its model with \(others)")
    }
  }

  /// - Parameter policy: Nil if any envelope may decide.
  func json(_ policy: RegistryPolicy?) -> JSONValue {
    var problem: JSONValue = .null
    if case .unusable(let reason) = entry.meaning { problem = .string(reason.description) }
    let isPinned = policy?.pinsEnvelopes == true
    return [
      "model": .init(entry.id?.rawValue), "problem": problem, "challenges": .integer(challenges),
      "spent_share": .number(spent), "next_share": .number(next), "moves_with": .init(company.map(\.rawValue)),
      "envelopes": isPinned ? .init((policy?.envelopes(for: entry.role) ?? []).map(\.rawValue)) : .null,
    ]
  }
}
