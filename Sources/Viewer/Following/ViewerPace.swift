/// How often the viewer looks and lets itself be heard.
public struct ViewerPace: Sendable {
  /// Between two looks at the database.
  public var look: Duration
  /// The longest silence of the event stream.
  public var heartbeat: Duration

  public init(look: Duration = .milliseconds(200), heartbeat: Duration = .seconds(15)) {
    self.look = look
    self.heartbeat = heartbeat
  }
}
