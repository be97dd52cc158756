/// How the endpoint engine reaches the servers of a session's models.
///
/// They are passed to the worker as one argument, in JSON; of a key only the variable's name is.
public struct EndpointSettings: Sendable, Equatable, Codable {
  /// Where one model folder is served.
  public struct Target: Sendable, Equatable, Codable {
    public var folder: String
    /// Nil if the server is started for it.
    public var url: String?
    /// Nil leaves it to the profile.
    public var servedModel: String?

    public init(folder: String, url: String?, servedModel: String?) {
      (self.folder, self.url, self.servedModel) = (folder, url, servedModel)
    }
  }

  /// One per model folder; a target whose folder is empty serves the rest.
  public var targets: [Target]
  /// The environment variable that holds the key; nil if the servers need none.
  public var keyVariable: String?
  public var api = CompletionRequest.API.completions
  /// How a server is started; nil to attach to one that runs.
  public var profile: ServerProfile?
  /// The interpreter for `{python}` in the profile's command.
  public var python: String?
  /// Whether a server keeps running while another one does.
  public var keepsServers = false
  /// Whether the servers were declared to keep prompts without reporting it.
  public var keepsPrompts = false
  /// How long a server may take to start.
  public var startSeconds = 300.0
  /// How long an answer may take.
  public var requestSeconds = 570.0

  public init(targets: [Target] = []) { self.targets = targets }
}
