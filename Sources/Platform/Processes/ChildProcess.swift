import Foundation
import Synchronization

/// A program that was started, as the leader of a new process group.
///
/// ``ProgramOutput`` runs one to its end. On Linux, Foundation's `Process` is never freed, nor are its pipes:
/// kilobytes for each of the thousands of workers that a program may start.
public final class ChildProcess: Sendable {
  public struct NotStarted: Error, Sendable {
    /// In the operating system's words.
    public let reason: String
  }

  /// What a standard stream of the program is connected to.
  public enum Stream: Sendable {
    /// The handle of that name.
    case pipe
    /// `/dev/null`.
    case null
    /// A file, or a stream of this process such as `FileHandle.standardError`; the caller keeps it open and closes it.
    case file(FileHandle)
  }

  /// The process id, also of its group; another may have it once this one is reaped.
  public let identifier: Int32
  /// This end of its standard input; the null device unless that is a pipe.
  public let input: FileHandle
  /// This end of its standard output; the null device unless that is a pipe.
  public let output: FileHandle
  /// This end of its standard error; the null device unless that is a pipe.
  public let errors: FileHandle

  /// Nil until the process is reaped.
  private let exit = Mutex<ExitStatus?>(nil)
  // A pipe must be marked before another program is started, which would keep its end open.
  private static let starting = Mutex(())

  /// Starts the program at a path.
  ///
  /// - Parameter environment: All its variables; nil for those of this process.
  public init(
    _ program: String, _ arguments: [String], environment: [String: String]? = nil, input: Stream = .pipe,
    output: Stream = .pipe, errors: Stream = .pipe
  ) throws(NotStarted) {
    (identifier, self.input, self.output, self.errors) = try Self.starting.withLock { _ throws(NotStarted) in
      let ends = [Ends(of: input, isInput: true), Ends(of: output, isInput: false), Ends(of: errors, isInput: false)]
      // A stream ends when no process can write to it any more, this one included.
      defer { for end in ends { try? end.closedAfterStart?.close() } }
      let identifier = try spawn(program, arguments, environment, streams: ends.map(\.theirs))
      return (identifier, ends[0].ours, ends[1].ours, ends[2].ours)
    }
  }

  /// How the process ended; nil if it still runs.
  public func reap() -> ExitStatus? {
    exit.withLock { exit in
      if let exit { return exit }
      var status: Int32 = 0
      if retrying({ waitpid(identifier, &status, WNOHANG) }) != 0 { exit = ExitStatus(waitStatus: status) }
      return exit
    }
  }

  /// Whether the process has ended, without reaping it: until then no other process has its id or its group's.
  var hasEnded: Bool {
    exit.withLock { exit in
      guard exit == nil else { return true }
      var information = siginfo_t()
      return retrying { waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT | WNOHANG) } == 0
        && information.si_signo != 0
    }
  }

  /// Waits for the end of the process.
  public func wait() -> ExitStatus {
    while true {
      if let exit = reap() { return exit }
      // Does not reap: that happens under the lock, so that `killGroup` never hits another process of that id.
      var information = siginfo_t()
      _ = retrying { waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT) }
    }
  }

  /// Ends the process by force, with all its descendants that stayed in its group; does nothing once it is reaped.
  public func killGroup() {
    exit.withLock { exit in
      if exit == nil { kill(-identifier, SIGKILL) }
    }
  }
}

/// How a process ended.
public enum ExitStatus: Equatable, Sendable, CustomStringConvertible {
  case exited(Int32)
  case signalled(Int32)

  /// From the encoding of `waitpid`.
  fileprivate init(waitStatus status: Int32) {
    self = status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .signalled(status & 0x7f)
  }

  /// The exit code, or the number of the signal.
  public var number: Int32 {
    switch self {
    case .exited(let number), .signalled(let number): number
    }
  }

  public var description: String {
    switch self {
    case .exited(let code): "exited with status \(code)"
    case .signalled(9): "was killed (signal 9; out of memory is a common cause)"
    case .signalled(let signal): "ended by signal \(signal)"
    }
  }
}

/// The two ends of a standard stream.
private struct Ends {
  /// The end that this process writes to or reads from.
  let ours: FileHandle
  /// The program's descriptor; nil for `/dev/null`.
  let theirs: Int32?
  /// The program's end of a pipe, of no use to this process.
  let closedAfterStart: FileHandle?

  init(of stream: ChildProcess.Stream, isInput: Bool) {
    switch stream {
    case .pipe:
      let pipe = Pipe()
      let (reading, writing) = (pipe.fileHandleForReading, pipe.fileHandleForWriting)
      for handle in [reading, writing] { _ = fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC) }
      let handle = isInput ? reading : writing
      (ours, theirs, closedAfterStart) = (isInput ? writing : reading, handle.fileDescriptor, handle)
    case .null: (ours, theirs, closedAfterStart) = (.nullDevice, nil, nil)
    case .file(let handle): (ours, theirs, closedAfterStart) = (.nullDevice, handle.fileDescriptor, nil)
    }
  }
}

/// Starts a program with these standard streams, `/dev/null` for nil, and no other open file.
private func spawn(
  _ program: String, _ arguments: [String], _ environment: [String: String]?, streams: [Int32?]
) throws(ChildProcess.NotStarted) -> Int32 {
  #if os(Linux)
    var (actions, attributes) = (posix_spawn_file_actions_t(), posix_spawnattr_t())
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK
  #else
    var (actions, attributes): (posix_spawn_file_actions_t?, posix_spawnattr_t?)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_CLOEXEC_DEFAULT
  #endif
  posix_spawn_file_actions_init(&actions)
  posix_spawnattr_init(&attributes)
  // Numbered above 2: setting one standard stream could otherwise overwrite the source of the next.
  let copies = streams.map { stream in stream.map { fcntl($0, F_DUPFD_CLOEXEC, 3) } }
  defer {
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
    for copy in copies.compactMap(\.self) { close(copy) }
  }
  guard !copies.contains(-1) else { throw ChildProcess.NotStarted(reason: String(cString: strerror(errno))) }
  for (target, copy) in copies.enumerated() {
    if let copy {
      posix_spawn_file_actions_adddup2(&actions, copy, Int32(target))
    } else {
      posix_spawn_file_actions_addopen(&actions, Int32(target), "/dev/null", O_RDWR, 0)
    }
  }
  #if os(Linux)
    // Otherwise it would keep pipes open whose end other children of this process wait for.
    let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    for descriptor in descriptors.compactMap({ Int32($0) }) where descriptor > 2 {
      posix_spawn_file_actions_addclose(&actions, descriptor)
    }
  #endif
  // Threads of a dispatch queue block signals, which a program that one of them starts would inherit.
  var nothing = sigset_t()
  sigemptyset(&nothing)
  posix_spawnattr_setsigmask(&attributes, &nothing)
  posix_spawnattr_setflags(&attributes, Int16(flags))
  var identifier: pid_t = 0
  let variables = (environment ?? ProcessInfo.processInfo.environment).map { "\($0)=\($1)" }
  let problem = withCStrings([program] + arguments) { words in
    withCStrings(variables) { posix_spawn(&identifier, program, &actions, &attributes, words, $0) }
  }
  guard problem == 0 else { throw ChildProcess.NotStarted(reason: String(cString: strerror(problem))) }
  return identifier
}

/// Calls `body` with the strings as C has them, and a null pointer at the end.
private func withCStrings(
  _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
) -> Int32 {
  var pointers = strings.map { strdup($0) } + [nil]
  defer { for pointer in pointers { free(pointer) } }
  return pointers.withUnsafeMutableBufferPointer { buffer in
    buffer.baseAddress.map(body) ?? EINVAL
  }
}
