import ArgumentParser
import Foundation
import JSON
import ModelRegistry
import Store
import Measurements

extension RegistryCommand {
  struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "diff",
      abstract: "Show the roles that mean another model than the log, or the source, says.",
      discussion: "Exit code 0 where all agree, 1 where a role differs.")
    @OptionGroup var target: EditOptions
    @OptionGroup var database: DatabaseOption
    @Flag(help: "Print one JSON array.") var json = false

    func run() throws {
      let registry = try target.registry.file.read()
      let differences = try logDifferences(registry) + sourceDifferences(registry)
      if json {
        Terminal.write(JSONValue.array(differences.map(\.json)).serialized(.pretty) + "\n")
      } else {
        for difference in differences { Terminal.write(difference.text) }
        if differences.isEmpty { Terminal.writeError("no role differs\n") }
      }
      if !differences.isEmpty { throw ExitCode(1) }
    }

    private func logDifferences(_ registry: Registry) throws -> [RoleDifference] {
      guard FileManager.default.fileExists(atPath: database.url.path) else { return [] }
      let edits = try database.open(.readOnly).registryEdits(role: nil).filter { $0.state == .done }
      return registry.entries.compactMap { entry in
        guard let last = edits.last(where: { $0.role == entry.role }), last.to != entry.id else { return nil }
        return RoleDifference(role: entry.role, registry: entry.id, other: last.to, origin: "log")
      }
    }

    private func sourceDifferences(_ registry: Registry) throws -> [RoleDifference] {
      guard let path = target.source else { return [] }
      let source = try NixSource(contentsOf: URL(fileURLWithPath: path))
      return try registry.entries.compactMap { entry in
        let id = try source.assignment(of: entry.role).id
        return id == entry.id
          ? nil : RoleDifference(role: entry.role, registry: entry.id, other: id, origin: "source")
      }
    }
  }
}

/// A role that means one model in the registry and another elsewhere.
private struct RoleDifference {
  let role: Role
  let registry: ModelID
  let other: ModelID
  /// `log` or `source`.
  let origin: String

  var text: String { "\(role)\n- \(other)  (\(origin))\n+ \(registry)  (registry)\n" }

  var json: JSONValue {
    .object(
      JSONObject([
        ("role", .string(role.rawValue)), ("registry", .string(registry.rawValue)), (origin, .string(other.rawValue)),
      ]))
  }
}
