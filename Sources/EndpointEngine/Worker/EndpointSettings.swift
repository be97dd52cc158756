/// How the endpoint engine reaches the servers of a session's models. It goes to the worker as one word of JSON; a key
/// never does, only the name of its variable.
public struct EndpointSettings: Sendable, Equatable, Codable {
  /// Where one model folder is served.
  public struct Target: Sendable, Equatable, Codable {
    public var folder: String
    /// Nil where the server is started for it.
    public var url: String?
    /// Nil leaves it to the profile.
    public var servedModel: String?

    public init(folder: String, url: String?, servedModel: String?) {
      (self.folder, self.url, self.servedModel) = (folder, url, servedModel)
    }
  }

  public var targets: [Target]
  public var keyVariable: String?
  public var api = CompletionRequest.API.completions
  /// How a server is started; nil where one is attached to.
  public var profile: ServerProfile?
  public var python: String?
  /// Whether a server stays while another one runs.
  public var keepsServers = false
  /// How long a server may take to start.
  public var startSeconds = 300.0
  /// How long an answer may take.
  public var requestSeconds = 570.0

  public init(targets: [Target] = []) { self.targets = targets }
}
