import ArgumentParser
import JSON
import ModelRegistry
import Platform
import Report
import Store

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Say who holds which role on what evidence, what candidates lack, and what runs now.")

  @OptionGroup var registry: RegistryOption
  @OptionGroup var database: DatabaseOption

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let store = try database.open(.readOnly)
    let (roles, problem) = registry.file.modelsIfReadable
    let status = StatusText(
      overview: try Overview(store, registry: roles), registryProblem: problem,
      lastNight: try store.nights().last?.summary, running: try store.progress(), lockHolder: HostLock.holder())
    Terminal.write(json ? status.json.serialized(.pretty) + "\n" : status.text(TerminalStyle()))
  }
}
