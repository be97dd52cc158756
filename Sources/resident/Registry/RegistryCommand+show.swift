import ArgumentParser
import Foundation
import JSON
import ModelRegistry
import Store
import Measurements

extension RegistryCommand {
  struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "List roles, their models, and how much of each role's alpha budget is spent.",
      discussion: """
        Challenge k of a resident may be won by luck with probability 2 alpha / (k (k + 1)), alpha being 1 minus the \
        envelope's confidence, so all challenges together with at most 2 alpha. A new resident begins anew.
        """)
    @OptionGroup var registry: RegistryOption
    @OptionGroup var database: DatabaseOption
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
      let registry = try registry.file.read()
      let rows = try budgets(of: registry.entries)
      if json {
        let roles = rows.map { ($0.entry.role.rawValue, $0.json) }
        return Terminal.write(JSONValue.object(JSONObject(roles)).serialized(.pretty) + "\n")
      }
      let width = registry.roles.map(\.rawValue.count).max() ?? 0
      let idWidth = registry.entries.map(\.id.rawValue.count).max() ?? 0
      for row in rows {
        let (role, id) = (row.entry.role.rawValue, row.entry.id.rawValue)
        Terminal.write(
          role + String(repeating: " ", count: width - role.count) + "  " + id
            + String(repeating: " ", count: idWidth - id.count) + "  \(row.text)\n")
      }
    }

    private func budgets(of entries: [Registry.Entry]) throws -> [RoleBudget] {
      let isMeasured = FileManager.default.fileExists(atPath: database.url.path)
      let store = isMeasured ? try database.open(.readOnly) : nil
      return try entries.map {
        RoleBudget(entry: $0, challenges: try store?.challenges(of: $0.id, role: $0.role) ?? 0)
      }
    }
  }
}

/// What is left of a role's alpha budget, as long as its resident stays.
private struct RoleBudget {
  let entry: Registry.Entry
  /// Challenges of the resident so far.
  let challenges: Int

  /// The sum of 2 / (k (k + 1)) over the first k challenges, in units of alpha.
  var spent: Double { 2 - 2 / Double(challenges + 1) }
  /// What the next challenge may spend, in units of alpha.
  var next: Double { 2 / (Double(challenges + 1) * Double(challenges + 2)) }

  var text: String {
    let count = challenges == 1 ? "1 challenge" : "\(challenges) challenges"
    return count + String(format: ", %.4g of 2 alpha spent, the next may spend %.4g alpha", spent, next)
  }

  var json: JSONValue {
    [
      "model": .string(entry.id.rawValue), "challenges": .integer(challenges), "spent_alphas": .number(spent),
      "total_alphas": 2, "next_alphas": .number(next),
    ]
  }
}
