/// Why the viewer does not serve.
public enum ViewerError: Error, Equatable, Sendable, CustomStringConvertible {
  case addressInUse(host: String, port: Int)
  case cannotBind(host: String, port: Int, reason: String)

  public var description: String {
    switch self {
    case .addressInUse(let host, let port):
      "\(host):\(port) is in use; choose another port by --port, or 0 for any that is free"
    case .cannotBind(let host, let port, let reason): "cannot listen on \(host):\(port): \(reason)"
    }
  }
}
