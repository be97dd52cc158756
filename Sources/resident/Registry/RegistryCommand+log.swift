import ArgumentParser
import Foundation
import JSON
import Measurements
import ModelRegistry
import Promotion
import Store

/// The log of edits, and what differs from it.
extension RegistryCommand {
  struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "log", abstract: "List the edits of the registry.",
      discussion: """
        Edits that a crash left open are settled first, by what the file says.

        Example: resident registry log --role default
        """)
    @Option(help: "Only of this role.") var role: String?
    @OptionGroup var target: EditOptions
    @OptionGroup var database: DatabaseOption
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
      let store = try database.open(.readWrite)
      // Without a file, open edits stay open, and the log can be read nevertheless.
      _ = try? RegistryLog(store: store, registry: target.file, requester: Requester.name).recover()
      let edits = try store.registryEdits(role: role.map(Role.init(rawValue:)))
      if json { return try Terminal.deliver(result: ["edits": .array(edits.map(\.json))]) }
      if edits.isEmpty { Terminal.writeError("no edits yet\n") }
      try Terminal.deliver(edits.map { "\($0.line)\n" }.joined())
    }
  }

  struct RollbackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rollback", abstract: "Undo a role's last edit.",
      discussion: """
        Example: resident registry rollback --role default --dry-run

        An edit like any other: it is logged, and refused if the role has been changed since. Asked again, it undoes the \
        edit before. Roles that moved by --move model go back together.
        """)
    @Option(help: "The role.") var role: String
    @OptionGroup var target: EditOptions
    @OptionGroup var policy: PolicyOption
    @OptionGroup var database: DatabaseOption
    @Flag(help: "Show the edit and change nothing.") var dryRun = false
    @OptionGroup var output: JSONOption

    func run() throws {
      let log = RegistryLog(
        store: try database.open(dryRun ? .readOnly : .readWrite), registry: target.file, requester: Requester.name)
      let role = Role(rawValue: role)
      let company = try policy.file(beside: target.registry.file).read()?.company(of: [role]) ?? []
      let diff = try log.rollBack(role, with: company, isDryRun: dryRun)
      if output.isChosen {
        return Terminal.write(result: [
          "role": .string(role.rawValue), "dry_run": .bool(dryRun), "diff": .string(diff.description),
        ])
      }
      Terminal.writeError(
        dryRun ? "dry run; this would change:\n" : "\(target.file.url.relativePath) is changed:\n")
      Terminal.write(diff.description)
    }
  }

  struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "diff",
      abstract: "Show the roles whose model is not the one that the log, or the source, says.",
      discussion: """
        Exit code 0 if all agree, 1 if a role differs.

        Example: resident registry diff
        """)
    @OptionGroup var target: EditOptions
    @OptionGroup var database: DatabaseOption
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
      let registry = try target.registry.file.read()
      let differences = try logDifferences(registry) + sourceDifferences(registry)
      if json {
        Terminal.write(result: ["differences": .array(differences.map(\.json))])
      } else {
        for difference in differences { Terminal.write(difference.text) }
        if differences.isEmpty { Terminal.writeError("no role differs\n") }
      }
      if !differences.isEmpty { throw ExitCode(1) }
    }

    private func logDifferences(_ registry: Registry) throws -> [RoleDifference] {
      guard database.exists else { return [] }
      let edits = try database.open(.readOnly).registryEdits(role: nil).filter { $0.state == .done }
      return registry.entries.compactMap { entry in
        guard let last = edits.last(where: { $0.role == entry.role }), last.to != entry.id else { return nil }
        return RoleDifference(role: entry.role, registry: entry.shown, other: last.to.rawValue, origin: "log")
      }
    }

    private func sourceDifferences(_ registry: Registry) throws -> [RoleDifference] {
      guard let path = target.source else { return [] }
      let source = try RegistryFile(URL(fileURLWithPath: path)).read()
      return registry.entries.compactMap { entry in
        let other = source.entries.first { $0.role == entry.role }
        // A role that neither gives a model is none to activate.
        if entry.id == other?.id { return nil }
        return RoleDifference(
          role: entry.role, registry: entry.shown, other: other?.shown ?? "not there", origin: "source")
      }
    }
  }
}

extension RegistryEditRecord {
  /// One line for people.
  var line: String {
    let time = Date(timeIntervalSince1970: requestedAt).formatted(.iso8601)
    let cause = comparison.map { "comparison \($0)" } ?? "by hand"
    return "\(time)  \(role)  \(from) -> \(to)  \(kind.rawValue), \(cause), \(requestedBy)"
      + (state == .done ? "" : "  [\(state.rawValue)]")
  }

  fileprivate var json: JSONValue {
    [
      "requested_at": .number(requestedAt), "role": .string(role.rawValue), "from": .string(from.rawValue),
      "to": .string(to.rawValue), "comparison": comparison.map { .integer(Int($0.rawValue)) } ?? .null,
      "requested_by": .string(requestedBy), "kind": .string(kind.rawValue), "state": .string(state.rawValue),
    ]
  }
}

extension Registry.Entry {
  /// The role's id, or why it has none.
  fileprivate var shown: String {
    switch meaning {
    case .model(let id): id.rawValue
    case .unset: "not set"
    case .unusable(let problem): problem.description
    }
  }
}

/// A role with one model in the registry and another elsewhere.
private struct RoleDifference {
  let role: Role
  /// The id, or why there is none.
  let registry: String
  let other: String
  /// `log` or `source`.
  let origin: String

  var text: String { "\(role)\n- \(other)  (\(origin))\n+ \(registry)  (registry)\n" }

  var json: JSONValue {
    .object(
      JSONObject([
        ("role", .string(role.rawValue)), ("registry", .string(registry)), (origin, .string(other)),
      ]))
  }
}
