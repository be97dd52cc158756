import ArgumentParser
import Foundation
import JSON
import Measurements
import ModelRegistry
import Store

struct RegistryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "registry", abstract: "Show the registry and its history.",
    subcommands: [
      ShowCommand.self, ResolveCommand.self, LogCommand.self, RollbackCommand.self, DiffCommand.self,
      CreateCommand.self,
    ])

  struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "List roles, their models, and how much of each role's alpha budget is spent.",
      discussion: """
        Challenge k of a resident may be won by luck with probability 2 alpha / (k (k + 1)), where alpha is 1 minus the \
        envelope's confidence; all challenges together with at most 2 alpha. A new resident starts with a new budget.
        """)
    @OptionGroup var registry: RegistryOption
    @OptionGroup var database: DatabaseOption
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
      let registry = try registry.file.read()
      let rows = try budgets(of: registry.entries)
      if json {
        let roles = rows.map { ($0.entry.role.rawValue, $0.json) }
        return Terminal.write(JSONValue.object(JSONObject(roles)).serialized(.pretty) + "\n")
      }
      let lines = rows.map { [$0.entry.role.rawValue, $0.entry.id.rawValue, $0.text] }
      let table = TextTable(aligning: lines, as: .words)
      for line in lines { Terminal.write(table.line(line) + "\n") }
    }

    private func budgets(of entries: [Registry.Entry]) throws -> [RoleBudget] {
      let store = database.exists ? try database.open(.readOnly) : nil
      return try entries.map {
        RoleBudget(entry: $0, challenges: try store?.challenges(of: $0.id, role: $0.role) ?? 0)
      }
    }
  }

  struct ResolveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "resolve", abstract: "Print the model id of a role; an unknown name is an error, never a guess.")
    @Argument(help: "A role, or an id that the registry names.") var role: String
    @OptionGroup var registry: RegistryOption

    func run() throws {
      let resolution = try registry.file.read().resolve(role)
      Terminal.writeError("\(resolution)\n")
      Terminal.write("\(resolution.id)\n")
    }
  }

  struct CreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "create", abstract: "Make a registry that does not exist yet.")
    @Argument(help: "Roles and models, as ROLE=ID.") var assignments: [String]
    @OptionGroup var registry: RegistryOption

    func run() throws {
      let models = try assignments.map { assignment in
        let parts = assignment.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { throw ValidationError("\"\(assignment)\" is not ROLE=ID.") }
        return (Role(rawValue: String(parts[0])), ModelID(rawValue: String(parts[1])))
      }
      try registry.file.create(models: models)
      Terminal.write("made \(registry.file.url.relativePath)\n")
    }
  }
}

/// How much of a role's alpha budget its resident's challenges have spent.
private struct RoleBudget {
  let entry: Registry.Entry
  /// Challenges of the resident so far.
  let challenges: Int

  /// The sum of 2 / (k (k + 1)) over the first k challenges, in units of alpha.
  var spent: Double { 2 - 2 / Double(challenges + 1) }
  /// What the next challenge may spend, in units of alpha.
  var next: Double { 2 / (Double(challenges + 1) * Double(challenges + 2)) }

  var text: String {
    let count = challenges == 1 ? "1 challenge" : "\(challenges) challenges"
    return count + String(format: ", %.4g of 2 alpha spent, the next may spend %.4g alpha", spent, next)
  }

  var json: JSONValue {
    [
      "model": .string(entry.id.rawValue), "challenges": .integer(challenges), "spent_alphas": .number(spent),
      "total_alphas": 2, "next_alphas": .number(next),
    ]
  }
}
