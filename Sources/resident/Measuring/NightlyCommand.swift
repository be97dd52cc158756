import ArgumentParser
import Foundation
import JSON
import Nightly

struct NightlyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nightly", abstract: "Measure unattended by a plan, within a time budget.",
    subcommands: [NightlyRunCommand.self, NightlyInstallCommand.self, NightlyUninstallCommand.self],
    defaultSubcommand: NightlyRunCommand.self)
}

struct NightlyInstallCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install", abstract: "Run a plan every night, by a systemd user timer or a launchd agent on macOS.",
    discussion: "Example: resident nightly install plan.json --at 02:00")

  @Argument(help: ArgumentHelp("The plan.", valueName: "plan.json"), completion: .file(extensions: ["json"]))
  var plan: String

  @Option(help: ArgumentHelp("The time of day, as HH:MM.", valueName: "time"))
  var at: String = "02:00"

  @Option(help: ArgumentHelp("Export what is new to this dataset after every night.", valueName: "dir"))
  var export: String?

  @Option(
    help: ArgumentHelp("Sign what --export adds by this key, as `nightly run` does.", valueName: "file"),
    completion: .file())
  var signKey: String?

  @OptionGroup var library: LibraryOption
  @OptionGroup var database: DatabaseOption
  @OptionGroup var registry: RegistryOption
  @OptionGroup var home: HomeOption
  @OptionGroup var output: JSONOption

  func validate() throws {
    if NightTimer.Time(at) == nil { throw ValidationError("--at must be a time like 02:00.") }
    guard signKey == nil || export != nil else {
      throw ValidationError("--sign-key signs what is exported: name the dataset by --export.")
    }
  }

  func run() throws {
    guard let time = NightTimer.Time(at) else { return }
    let file = URL(fileURLWithPath: plan)
    // A plan that the night would refuse is refused now.
    _ = try NightPlan(contentsOf: file)
    let timer = NightTimer(home: home.url)
    // The night runs in another folder than this command.
    let options = [("--export", export), ("--sign-key", signKey)].flatMap { name, path in
      path.map { [name, URL(fileURLWithPath: $0).standardizedFileURL.path] } ?? []
    }
    let files = try timer.files(
      program: ProgramIdentity.executable, arguments: ["nightly", "run", file.standardizedFileURL.path] + options,
      environment: [
        "RESIDENT_DB": database.url.standardizedFileURL.path,
        "RESIDENT_MODELS": library.library.root.standardizedFileURL.path,
        "RESIDENT_REGISTRY": registry.file.url.standardizedFileURL.path,
      ], at: time)
    try timer.install(files)
    if output.isChosen {
      return Terminal.write(
        result: ["written": .init(files.map(\.url.path)), "to_start_it": .init(timer.activation)])
    }
    for file in files { Terminal.write("wrote \(file.url.path)\n") }
    Terminal.write("to start it:\n" + timer.activation.map { "  \($0)\n" }.joined())
  }
}

struct NightlyUninstallCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "uninstall", abstract: "Remove what `nightly install` wrote, and nothing else.",
    discussion: "Example: resident nightly uninstall")

  @OptionGroup var home: HomeOption
  @OptionGroup var output: JSONOption

  func run() throws {
    let timer = NightTimer(home: home.url)
    let removed = try timer.uninstall()
    if output.isChosen {
      return Terminal.write(
        result: ["removed": .init(removed.map(\.path)), "to_stop_it": .init(timer.deactivation)])
    }
    for url in removed { Terminal.write("removed \(url.path)\n") }
    if removed.isEmpty { return Terminal.write("nothing was installed in \(home.url.path)\n") }
    Terminal.write("to stop it where it runs:\n" + timer.deactivation.map { "  \($0)\n" }.joined())
  }
}

/// The home folder of an installation.
struct HomeOption: ParsableArguments {
  @Option(help: ArgumentHelp("The home folder to install in. Default: the user's.", valueName: "dir"))
  var home: String?

  var url: URL { home.map { URL(fileURLWithPath: $0) } ?? FileManager.default.homeDirectoryForCurrentUser }
}
