import GRDB
import JSON
import Measurements

/// Which sessions may decide something, as conditions on rows of the table `sessions`.
struct DecidingSessions {
  let admission: ImportAdmission

  /// What the conditions refer to.
  var arguments: StatementArguments {
    [
      "admitted_hosts": JSONValue.init(admission.hosts.sorted()).serialized(),
      "admitted_keys": JSONValue.init(admission.keys.map(\.rawValue).sorted()).serialized(),
    ]
  }

  /// Whether a session was measured here or is an admitted import.
  ///
  /// - Parameter row: The name of its row in the statement.
  static func areOwn(_ row: String) -> String {
    """
    (\(row).import IS NULL OR \(row).host IN (SELECT value FROM json_each(:admitted_hosts))
      AND \(signer(row)) IN (SELECT value FROM json_each(:admitted_keys)))
    """
  }

  static func areSetAside(_ row: String) -> String {
    """
    ifnull((
      SELECT is_set_aside FROM set_asides WHERE set_asides.session = \(row).number
      ORDER BY set_asides.id DESC LIMIT 1), FALSE)
    """
  }

  /// Whether a session counts as an attempt to unseat a resident: to set one aside gives no attempt back, but the attempts
  /// of others count only as long as what they measured does.
  static func areAttempts(_ row: String) -> String {
    "(\(row).import IS NULL OR \(areOwn(row)) AND NOT \(areSetAside(row)))"
  }

  private static func signer(_ row: String) -> String { "(SELECT signer FROM imports WHERE number = \(row).import)" }

  /// Whether a session may be judged together with one of that mark, which may also be judged though it decides nothing:
  /// then it is among its like, which are the imports with the same signer.
  func arePeers(of mark: SessionMark, on host: String, _ row: String) -> (sql: String, arguments: StatementArguments) {
    guard case .imported(let source) = mark.origin, !admission.admits(mark.origin, host: host) else {
      return ("(\(Self.areOwn(row)) AND NOT \(Self.areSetAside(row)))", arguments)
    }
    return (
      "(\(row).import IS NOT NULL AND \(Self.signer(row)) IS :signer AND NOT \(Self.areSetAside(row)))",
      ["signer": source.signer?.rawValue]
    )
  }
}
