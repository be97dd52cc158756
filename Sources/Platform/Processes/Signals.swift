import Foundation

/// Signals that a command-line program handles or sends.
public enum Signals {
  public enum Kind: Sendable {
    /// Ctrl-C.
    case interrupt
    /// A request to end.
    case terminate
    /// A write to a pipe without a reader.
    case brokenPipe
    /// One process's message to another of this program.
    case message

    var number: Int32 {
      switch self {
      case .interrupt: SIGINT
      case .terminate: SIGTERM
      case .brokenPipe: SIGPIPE
      case .message: SIGUSR1
      }
    }
  }

  /// Ignores a signal from now on.
  public static func ignore(_ kind: Kind) { signal(kind.number, SIG_IGN) }

  /// Sends a signal to another process.
  public static func send(_ kind: Kind, to process: Int32) { kill(process, kind.number) }

  /// Calls `handler` on a background queue each time the signal comes, instead of ending the program.
  ///
  /// - Returns: The source, which must be kept; releasing it stops the calls.
  public static func observe(_ kind: Kind, _ handler: @escaping @Sendable () -> Void) -> any DispatchSourceSignal {
    signal(kind.number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: kind.number, queue: .global())
    source.setEventHandler(handler: handler)
    source.resume()
    return source
  }
}
