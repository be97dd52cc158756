import ArgumentParser
import Foundation

struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Show the report live in a browser, and its facts as JSON.",
    discussion: """
      Example: resident serve --port 9000

      Reads the database and changes nothing. /api/openapi.json describes the JSON, /api/events sends the progress of a \
      comparison that runs. Ctrl-C ends it.
      """)

  @Option(
    help: ArgumentHelp(
      "The address to listen on. One that is not a loopback address opens the database to the network.",
      valueName: "address"))
  var host = "127.0.0.1"

  @Option(help: "The port to listen on; 0 takes any that is free.")
  var port = 8642

  @OptionGroup var charts: ChartLibraryOption
  @OptionGroup var database: DatabaseOption
  @OptionGroup var registry: RegistryOption
  @OptionGroup var output: JSONOption

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("A port is a number from 0 to 65535.") }
    guard !host.isEmpty, !host.utf8.contains(0) else { throw ValidationError("--host takes an address or a name.") }
  }

  /// Becomes the program that serves.
  func run() throws {
    let server = ProgramIdentity.executable.deletingLastPathComponent().appendingPathComponent("resident-serve")
    guard FileManager.default.isExecutableFile(atPath: server.path) else {
      throw ServerMissing(path: server.path)
    }
    var arguments = [
      server.path, "--db", database.url.path, "--registry", registry.file.url.path, "--host", host, "--port", "\(port)",
    ]
    if output.isChosen { arguments.append("--json") }
    if let library = charts.servedPath { arguments += ["--chart-library", library] }
    var pointers = arguments.map { strdup($0) } + [nil]
    execv(server.path, &pointers)
    throw ServerMissing(path: server.path, reason: String(cString: strerror(errno)))
  }
}

/// The server is another program, which stands beside this one once it is built.
private struct ServerMissing: Error, CustomStringConvertible {
  let path: String
  var reason = "it is not built"

  var description: String {
    """
    the server \(path) cannot be started: \(reason); build it by `make serve`, or by \
    `swift build -c release --product resident-serve` in the checkout of this program
    """
  }
}
