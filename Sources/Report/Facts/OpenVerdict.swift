import JSON

/// A candidate that challenged a role's holder, where more comparisons may still change what follows.
public struct OpenVerdict: Sendable, Equatable {
  public let role: String
  /// The newest comparison of the two under its envelope.
  public let latest: Report.Comparison

  /// For programs.
  public var json: JSONValue {
    [
      "role": .string(role), "candidate": .string(latest.model("candidate")), "envelope": .string(latest.envelope),
      "comparison": .integer(Int(latest.number.rawValue)), "outcome": .string(latest.outcome),
      "maturity": .string(latest.maturity), "lacks": .init(latest.lacks),
    ]
  }
}

extension Overview {
  /// The open verdicts about the holders of all roles, role by role, newest first: neither final nor rejected.
  public var openVerdicts: [OpenVerdict] {
    roles.flatMap { role in
      var seen: Set<[String]> = []
      let newest = comparisons.filter {
        $0.role == role.role && $0.model("resident") == role.holder && $0.model("candidate") != role.holder
          && seen.insert([$0.model("candidate"), $0.envelope]).inserted
      }
      return newest.filter { !$0.lacks.isEmpty && $0.outcome != "reject" }
        .map { OpenVerdict(role: role.role, latest: $0) }
    }
  }
}
