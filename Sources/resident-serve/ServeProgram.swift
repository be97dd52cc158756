import ArgumentParser
import Foundation
import Report
import Viewer

/// The program that `resident serve` becomes; it is separate so that measuring never takes building a server.
@main
struct ServeProgram: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resident-serve", abstract: "The viewer's server; `resident serve` starts it with all that it needs.")

  @Option(help: "The database.", completion: .file()) var db: String
  @Option(help: "The registry.", completion: .file()) var registry: String
  @Option(help: "The address to listen on.") var host: String
  @Option(help: "The port, or 0 for any that is free.") var port: Int

  @Option(help: "Chart.js as one file; without it, pages have tables only.", completion: .file())
  var chartLibrary: String?

  @Flag(help: "Print the address as one JSON object.") var json = false

  func run() async throws {
    // A client that goes away is an error of one write, not the end of the program.
    signal(SIGPIPE, SIG_IGN)
    let viewer = try await Viewer(
      database: URL(fileURLWithPath: db), registry: URL(fileURLWithPath: registry),
      charts: try chartLibrary.map { try ChartLibrary(contentsOf: URL(fileURLWithPath: $0)) } ?? .find(), host: host,
      port: port
    ) { problem in Terminal.writeError("warning: \(problem)\n") }
    if !viewer.isLoopback {
      Terminal.writeError(
        """
        warning: \(host) is not a loopback address: anybody who reaches this machine can read all that the database \
        says, who asked for edits included; there is no authentication

        """)
    }
    let name = host.contains(":") ? "[\(host)]" : host
    try await viewer.run { [json] port in
      let address = "http://\(name):\(port)/"
      // A host's name holds nothing that JSON would escape.
      Terminal.write(json ? "{\"schema\": 1, \"address\": \"\(address)\"}\n" : "\(address)  (Ctrl-C ends it)\n")
    }
  }

  static func main() async {
    do {
      let command = try parse()
      try await command.run()
    } catch {
      let text = fullMessage(for: error)
      if exitCode(for: error).isSuccess {
        Terminal.write("\(text)\n")
        Foundation.exit(0)
      }
      Terminal.writeError(text.hasPrefix("Error: ") ? "error: \(text.dropFirst(7))\n" : "error: \(text)\n")
      Foundation.exit(2)
    }
  }
}
