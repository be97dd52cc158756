import ArgumentParser
import Foundation
import JSON
import Measurements
import ModelRegistry
import Platform

/// What the registry's owner asks of a promotion.
struct PolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "Check what the registry's policy asks of a promotion.",
    subcommands: [CheckCommand.self])

  struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check", abstract: "Read the policy, hold it against the registry, and say what it asks for.",
      discussion: """
        The policy is resident.json beside the registry, or the file of --policy. Per role, or for "*", it may state \
        envelopes, proof, maturity, tier with decode_tokens_per_second and first_token_seconds, licenses, names and \
        memory_budget_bytes; besides, the roles that move_together, the hosts that count, and the keys whose signatures let imported \
        comparisons of these hosts count. `resident promote` holds \
        every promotion to it. Exit code 2 if it can't be read or names a role that the registry lacks.

        Example: resident policy check --registry roles.json
        """)
    @OptionGroup var registry: RegistryOption
    @OptionGroup var policy: PolicyOption
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
      let file = policy.file(beside: registry.file)
      guard let policy = try file.read() else {
        throw ValidationError(
          "There is no policy at \(file.url.relativePath). Without one, any envelope of schema 2 with a confidence of at "
            + "least 0.95 decides; `resident registry allow` makes one.")
      }
      let document = try registry.file.read()
      let named = policy.entries.map(\.role).filter { $0 != RegistryPolicy.everyRole } + policy.moveTogether.joined()
      for role in named where !document.roles.contains(role) {
        throw RegistryError.unknownRole(role, path: document.path, known: document.roles)
      }
      if json {
        let output: JSONValue = [
          "path": .string(file.url.relativePath), "registry": .string(document.path), "asks": .init(policy.lines),
        ]
        return Terminal.write(result: output)
      }
      Terminal.write("\(file.url.relativePath) holds for \(document.path) (\(document.kind))\n")
      for line in policy.lines { Terminal.write("\(line.printable)\n") }
    }
  }
}

extension RegistryPolicy {
  /// What is asked for, a sentence each.
  var lines: [String] {
    entries.flatMap { entry in
      let role = entry.role == Self.everyRole ? "every role" : entry.role.rawValue
      return entry.conditions.lines.map { "\(role) \($0)" }
    }
      + moveTogether.map { "\($0.map(\.rawValue).joined(separator: ", ")) move together" }
      + (hosts.isEmpty ? [] : ["comparisons of these hosts count: \(hosts.joined(separator: ", "))"])
      + (keys.isEmpty
        ? ["imported comparisons decide nothing"]
        : keys.map { "imported comparisons of these hosts count if \($0.fingerprint) signed them" })
  }
}

extension RoleConditions {
  fileprivate var lines: [String] {
    var lines: [String] = []
    if let envelopes {
      let hashes = envelopes.map(\.rawValue).joined(separator: ", ")
      lines.append("may be decided by \(hashes.isEmpty ? "no envelope" : "envelope \(hashes)")")
    }
    if let proof { lines.append("needs weights that are proven at least by \(proof.rawValue)") }
    if let maturity {
      lines.append(
        "needs \(maturity.comparisons) comparisons that agree, "
          + String(format: "at least %g days apart", maturity.daysBetween))
    }
    if tier == .interactive {
      lines.append(
        String(
          format: "is interactive: at least %g tokens/s of decoding and at most %g s to the first token", rateLimit,
          firstTokenLimit))
    }
    if tier == .overnight { lines.append("is for overnight use: the model has to fit") }
    if let licenses { lines.append("needs one of the licences \(licenses.joined(separator: ", "))") }
    if let names { lines.append("needs a model whose id is like \(names.joined(separator: " or "))") }
    if let memoryBudgetBytes {
      lines.append(String(format: "may take at most %.1f MB of memory", Double(memoryBudgetBytes) / 1e6))
    }
    return lines
  }
}
