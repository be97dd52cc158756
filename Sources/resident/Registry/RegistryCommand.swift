import ArgumentParser
import Foundation
import ModelRegistry
import Measurements

struct RegistryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "registry", abstract: "Look at the registry and its history.",
    subcommands: [
      ShowCommand.self, ResolveCommand.self, LogCommand.self, RollbackCommand.self, DiffCommand.self,
      CreateCommand.self,
    ])

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
