/// Why a dataset was not published.
public enum PublishError: Error, Equatable, Sendable {
  /// Not of the form ORG/NAME.
  case invalidRepository(String)
  /// The environment has no access token.
  case tokenMissing
  /// The `hf` command was not found.
  case clientMissing
  /// What was named as the `hf` command can't be executed, or did not start.
  case client(String)
  case dataset(DatasetError)
  /// The hub has files of these names with other bytes than the names promise.
  case conflict(paths: [String])
  /// The hub does not accept the token for writing to the repository.
  case refused(repository: String, reason: String)
  /// The hub or the network failed. Nothing that was there has changed.
  case failed(reason: String)
  /// The output of the `hf` command can't be read.
  case malformedListing(String)
  /// After the upload the hub's listing lacks these files or has others of their names.
  case unverified(paths: [String])
}

extension PublishError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .invalidRepository(let name):
      "\"\(name.prefix(100))\" is no repository; give ORG/NAME, of letters, digits, \"-\", \"_\" and \".\""
    case .tokenMissing:
      "$\(HubClient.tokenVariable) is not set; put an access token with the write permission there (the hub's settings, "
        + "Access Tokens), or pass --dry-run, which needs none for a public repository"
    case .clientMissing:
      "the hf command was not found: `make hf` installs it for this project; or name the executable by --hf or "
        + "$\(HubClient.environmentVariable)"
    case .client(let reason): "hf: \(reason)"
    case .dataset(let error): error.description
    case .conflict(let paths):
      "the repository has other bytes under \(Self.list(paths)); nothing was uploaded, since shards are never rewritten"
    case .refused(let repository, let reason):
      "the hub does not let this token write to \(repository); make one with the write permission for it: \(reason)"
    case .failed(let reason):
      "publishing stopped: \(reason); repeat the command: it adds only what the repository lacks"
    case .malformedListing(let problem):
      "the hub's listing by the hf command can't be read: \(problem); install the version that `make hf` does"
    case .unverified(let paths):
      "after the upload the repository lacks or has changed \(Self.list(paths)); look at its history, and repeat the "
        + "command"
    }
  }

  private static func list(_ paths: [String]) -> String {
    paths.prefix(3).joined(separator: ", ") + (paths.count > 3 ? " and \(paths.count - 3) more" : "")
  }
}
