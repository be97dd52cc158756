import ArgumentParser
import Foundation
import JSON
import ModelRegistry
import Promotion
import Store
import Measurements

extension RegistryCommand {
  struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "log", abstract: "List the edits of the registry.",
      discussion: "Edits that a crash left open are settled first, by what the file says.")
    @Option(help: "Only of this role.") var role: String?
    @OptionGroup var target: EditOptions
    @OptionGroup var database: DatabaseOption
    @Flag(help: "Print one JSON array.") var json = false

    func run() throws {
      let store = try database.open(.readWrite)
      // Without a file there is nothing to settle by, and the log can be read nevertheless.
      _ = try? Promoter(store: store, registry: target.file, requester: Requester.name).recover()
      let edits = try store.registryEdits(role: role.map(Role.init(rawValue:)))
      if json { return try Terminal.deliver(JSONValue.array(edits.map(\.json)).serialized(.pretty) + "\n") }
      if edits.isEmpty { Terminal.writeError("no edits yet\n") }
      try Terminal.deliver(edits.map { "\($0.line)\n" }.joined())
    }
  }

  struct RollbackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rollback", abstract: "Take a role's last edit back.",
      discussion: "An edit like any other: it is refused where the role has been changed since, and logged.")
    @Option(help: "The role.") var role: String
    @OptionGroup var target: EditOptions
    @OptionGroup var database: DatabaseOption
    @Flag(help: "Show the edit and change nothing.") var dryRun = false

    func run() throws {
      let promoter = Promoter(
        store: try database.open(.readWrite), registry: target.file, requester: Requester.name)
      let diff = try promoter.rollBack(Role(rawValue: role), isDryRun: dryRun)
      Terminal.writeError(
        dryRun ? "dry run; this would change:\n" : "\(target.file.url.relativePath) is changed:\n")
      Terminal.write(diff.description)
    }
  }
}

extension RegistryEditRecord {
  /// For people.
  var line: String {
    let time = Date(timeIntervalSince1970: requestedAt).formatted(.iso8601)
    let cause = comparison.map { "comparison \($0)" } ?? "by hand"
    return "\(time)  \(role)  \(from) -> \(to)  \(kind.rawValue), \(cause), \(requestedBy)"
      + (state == .done ? "" : "  [\(state.rawValue)]")
  }

  var json: JSONValue {
    [
      "requested_at": .number(requestedAt), "role": .string(role.rawValue), "from": .string(from.rawValue),
      "to": .string(to.rawValue), "comparison": comparison.map { .integer(Int($0.rawValue)) } ?? .null,
      "requested_by": .string(requestedBy), "kind": .string(kind.rawValue), "state": .string(state.rawValue),
    ]
  }
}
