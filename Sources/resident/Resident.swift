import ArgumentParser
import Foundation
import Platform

/// The command line: parses, calls, prints.
@main
struct Resident: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resident",
    abstract: "Change a model registry only when a candidate has beaten the resident model.",
    discussion: """
      Exit codes: 0 success (promote: the registry changed, or would have), 2 usage or data error, 10 hold, 11 reject, \
      12 inconclusive, 74 a model file became shorter while it was read, 130 interrupted; verify and registry diff: 1 \
      if something differs.
      """,
    version: Version.current,
    subcommands: [
      CompareCommand.self, PromoteCommand.self, RunCommand.self, RouteCommand.self, FitCommand.self,
      SessionsCommand.self, RegistryCommand.self, PolicyCommand.self,
      NightlyCommand.self, DoctorCommand.self, CalibrateCommand.self, ExplainCommand.self, ExportCommand.self,
      ImportDatasetCommand.self, PublishCommand.self, VerifyCommand.self, QueryCommand.self, ReportCommand.self,
      MigrateCommand.self, StatusCommand.self, ShowCommand.self, ServeCommand.self,
      EnvelopeCommand.self, ModelsCommand.self, EngineCommand.self, NativeWorkerCommand.self,
    ]
  )

  /// Runs the chosen command; any error is one message on standard error and the exit code 2.
  static func main() async {
    // A closed pipe is an error of one write, not the end of the program.
    Signals.ignore(.brokenPipe)
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let code as ExitCode {
      Foundation.exit(code.rawValue)
    } catch {
      let text = fullMessage(for: error)
      // Help, version and the scripts for shells are errors to the parser, but not to the user.
      if exitCode(for: error).isSuccess {
        Terminal.write(exactly: "\(text)\n")
        Foundation.exit(0)
      }
      fail(text.hasPrefix("Error: ") ? String(text.dropFirst(7)) : text)
    }
  }

  /// Ends the program with the exit code 2, after one message on standard error, and with `--json` the same as JSON on
  /// standard output.
  private static func fail(_ message: String) -> Never {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let commands = Suggestion.commands(for: arguments).map { "resident \($0)" }
    let options = Suggestion.options(for: arguments, in: Suggestion.command(of: arguments).helpMessage(columns: 1000))
    // What the parser asks itself is not asked twice.
    let meant = (commands + options).filter { !message.contains("Did you mean") || commands.contains($0) }
    let question = meant.isEmpty ? "" : "\nDid you mean \(meant.map { "`\($0)`" }.joined(separator: " or "))?"
    Terminal.writeError("error: \(message)\(question)\n")
    if arguments.prefix(while: { $0 != "--" }).contains("--json") {
      Terminal.write(CommandResult.failure(message + question, exitCode: 2))
    }
    Foundation.exit(2)
  }
}
