import ArgumentParser

/// The command line: parses, calls, prints.
@main
struct Resident: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resident",
    abstract: "Change a model registry only when a candidate has beaten the resident model.",
    discussion: """
      Exit codes: 0 success (promote: the registry changed, or would have), 2 usage or data error, 10 hold, 11 reject, \
      12 inconclusive, 130 interrupted.
      """,
    version: Version.current,
    subcommands: [ModelsCommand.self, EngineCommand.self, WorkerCommandLine.self]
  )
}
