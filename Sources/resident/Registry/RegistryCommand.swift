import ArgumentParser
import Foundation
import JSON
import ModelRegistry
import Store
import Vocabulary

struct RegistryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "registry", abstract: "Look at the registry and its history.",
    subcommands: [ShowCommand.self, ResolveCommand.self, LogCommand.self, CreateCommand.self])

  struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "List roles and their models.")
    @OptionGroup var registry: RegistryOption
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
      let registry = try registry.file.read()
      if json {
        let roles = registry.entries.map { ($0.role.rawValue, JSONValue.string($0.id.rawValue)) }
        return Terminal.write(JSONValue.object(JSONObject(roles)).serialized(.pretty) + "\n")
      }
      let width = registry.roles.map(\.rawValue.count).max() ?? 0
      for entry in registry.entries {
        let role = entry.role.rawValue
        Terminal.write("\(role)\(String(repeating: " ", count: width - role.count))  \(entry.id)\n")
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

  struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "log", abstract: "List the edits of the registry.")
    @Option(help: "Only of this role.") var role: String?
    @OptionGroup var database: DatabaseOption
    @Flag(help: "Print one JSON array.") var json = false

    func run() throws {
      let edits = try database.open(.readOnly).registryEdits(role: role.map(Role.init(rawValue:)))
      if json { return Terminal.write(JSONValue.array(edits.map(\.json)).serialized(.pretty) + "\n") }
      if edits.isEmpty { Terminal.writeError("no edits yet\n") }
      for edit in edits {
        let time = Date(timeIntervalSince1970: edit.requestedAt).formatted(.iso8601)
        let cause = edit.comparison.map { "comparison \($0)" } ?? "by hand"
        Terminal.write(
          "\(time)  \(edit.role)  \(edit.from) -> \(edit.to)  \(edit.kind.rawValue), \(cause), \(edit.requestedBy)"
            + (edit.state == .done ? "\n" : "  [\(edit.state.rawValue)]\n"))
      }
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

extension RegistryEditRecord {
  fileprivate var json: JSONValue {
    [
      "requested_at": .number(requestedAt), "role": .string(role.rawValue), "from": .string(from.rawValue),
      "to": .string(to.rawValue), "comparison": comparison.map { .integer(Int($0.rawValue)) } ?? .null,
      "requested_by": .string(requestedBy), "kind": .string(kind.rawValue), "state": .string(state.rawValue),
    ]
  }
}
