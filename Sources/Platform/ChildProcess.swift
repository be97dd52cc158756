import Foundation
import Synchronization

/// A program that was started with pipes for its standard streams, in a process group of its own.
///
/// On Linux, Foundation's `Process` stays in memory for good with its pipes: kilobytes for each of the thousands of
/// workers that a program may start.
public struct ChildProcess: Sendable {
  public struct NotStarted: Error, Sendable {
    /// In the operating system's words.
    public let reason: String
  }

  /// The operating system's number of the process; another may have it after `takeEnd`.
  public let identifier: Int32
  /// What is written here comes to its standard input.
  public let input: FileHandle
  /// What it writes to standard output.
  public let output: FileHandle
  /// What it writes to standard error.
  public let errors: FileHandle

  // A pipe must be marked before another program is started, which would keep its end open.
  private static let starting = Mutex(())

  /// Starts the program at a path, with this process's environment.
  public init(_ program: String, _ arguments: [String]) throws(NotStarted) {
    (identifier, input, output, errors) = try Self.starting.withLock { _ throws(NotStarted) in
      let (input, output, errors) = (Pipe(), Pipe(), Pipe())
      let ours = [input.fileHandleForWriting, output.fileHandleForReading, errors.fileHandleForReading]
      let theirs = [input.fileHandleForReading, output.fileHandleForWriting, errors.fileHandleForWriting]
      for handle in ours + theirs { _ = fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC) }
      let identifier = try Self.spawn(program, arguments, streams: theirs.map(\.fileDescriptor))
      // A stream ends when nobody can write to it any more, so not while this process could.
      for handle in theirs { try? handle.close() }
      return (identifier, ours[0], ours[1], ours[2])
    }
  }

  /// How the process ended, in the encoding of `waitpid`, or nil where it still runs; not to be asked again after that.
  public func takeEnd() -> Int32? {
    var status: Int32 = 0
    while true {
      let found = waitpid(identifier, &status, WNOHANG)
      if found < 0, errno == EINTR { continue }
      return found == 0 ? nil : status
    }
  }

  private static func spawn(_ program: String, _ arguments: [String], streams: [Int32]) throws(NotStarted) -> Int32 {
    #if os(Linux)
      var (actions, attributes) = (posix_spawn_file_actions_t(), posix_spawnattr_t())
      let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK
    #else
      var (actions, attributes): (posix_spawn_file_actions_t?, posix_spawnattr_t?)
      let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_CLOEXEC_DEFAULT
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    for (target, stream) in streams.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, stream, Int32(target))
    }
    #if os(Linux)
      // Or it would keep open what others of this process's children wait for the end of.
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
    let environment = ProcessInfo.processInfo.environment.map { "\($0)=\($1)" }
    let problem = withCStrings([program] + arguments) { words in
      withCStrings(environment) { posix_spawn(&identifier, program, &actions, &attributes, words, $0) }
    }
    guard problem == 0 else { throw NotStarted(reason: String(cString: strerror(problem))) }
    return identifier
  }

  /// Calls `body` with the strings as C has them, and a null pointer at the end.
  private static func withCStrings(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
  ) -> Int32 {
    var pointers = strings.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map(body) ?? EINVAL
    }
  }
}
