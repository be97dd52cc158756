import ArgumentParser

struct NightlyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nightly", abstract: "Measure unattended, by a plan, within a time budget.",
    subcommands: [NightlyRunCommand.self, NightlyInstallCommand.self, NightlyUninstallCommand.self],
    defaultSubcommand: NightlyRunCommand.self)
}
