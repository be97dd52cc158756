import Foundation

/// The output of a program that ran to its end, and how it ended.
///
/// ```swift
/// let env = URL(fileURLWithPath: "/usr/bin/env")
/// let revision = ProgramOutput(of: env, ["git", "rev-parse", "HEAD"])?.text
/// let sorted = try ProgramOutput(running: env, ["sort"], input: Data("b\na\n".utf8), within: .seconds(5))
/// ```
public struct ProgramOutput: Sendable {
  /// Why a program did not run to its end.
  public enum Failure: Error, Equatable, Sendable, CustomStringConvertible {
    /// With the reason in the operating system's words.
    case notStarted(reason: String)
    /// It ran longer than it was allowed to, and was killed.
    case timedOut

    public var description: String {
      switch self {
      case .notStarted(let reason): reason
      case .timedOut: "it took too long"
      }
    }
  }

  /// What it wrote to standard output, if that was a pipe.
  public let bytes: Data
  /// What it wrote to standard error, if that was a pipe.
  public let errors: Data
  public let exit: ExitStatus

  /// The exit code, or the number of the signal that ended it.
  public var status: Int32 { exit.number }
  /// Standard output as text without white space at its ends; nil if nothing is left.
  public var text: String? { Self.text(bytes) }
  /// Standard error as text without white space at its ends; nil if nothing is left.
  public var errorText: String? { Self.text(errors) }

  /// Runs the program to its end without input, discarding standard error; nil if it cannot be started.
  public init?(of program: URL, _ arguments: [String]) {
    guard let output = try? Self(running: program, arguments, errors: .null) else { return nil }
    self = output
  }

  /// Runs the program to its end.
  ///
  /// - Parameters:
  ///   - environment: All its variables; nil for those of this process.
  ///   - input: What it reads from standard input.
  ///   - output: Where standard output goes; a pipe is collected.
  ///   - errors: Where standard error goes; a pipe is collected.
  ///   - limit: After that time its process group is killed.
  ///   - onErrors: Called with each part of standard error as it comes, if that is a pipe.
  public init(
    running program: URL, _ arguments: [String], environment: [String: String]? = nil, input: Data = Data(),
    output: ChildProcess.Stream = .pipe, errors: ChildProcess.Stream = .pipe, within limit: Duration? = nil,
    onErrors: ((Data) -> Void)? = nil
  ) throws(Failure) {
    let process: ChildProcess
    do {
      process = try ChildProcess(
        program.path, arguments, environment: environment, input: input.isEmpty ? .null : .pipe, output: output,
        errors: errors)
    } catch {
      throw .notStarted(reason: error.reason)
    }
    try self.init(finishing: process, input: input, within: limit, onErrors: onErrors)
  }

  /// Runs a started program to its end, and closes its pipes.
  ///
  /// - Parameters:
  ///   - input: What it still reads from standard input, if that is a pipe.
  ///   - limit: After that time its process group is killed.
  ///   - endsGroup: Whether what it leaves running in its process group is killed at its end.
  ///   - onErrors: Called with each part of standard error as it comes, if that is a pipe.
  /// - Throws: `timedOut`.
  public init(
    finishing process: ChildProcess, input: Data = Data(), within limit: Duration? = nil, endsGroup: Bool = false,
    onErrors: ((Data) -> Void)? = nil
  ) throws(Failure) {
    let deadline = limit.map { SuspendingClock.now + $0 }
    var exchange = Exchange(with: process, input: input, onErrors: onErrors)
    var isInTime = true
    while isInTime, !exchange.isOver { isInTime = exchange.advance(until: deadline) }
    guard isInTime, let exit = Self.exit(of: process, until: deadline, endsGroup: endsGroup) else {
      process.killGroup()
      _ = process.wait()
      throw .timedOut
    }
    (bytes, errors, self.exit) = (exchange.output, exchange.errors, exit)
  }

  /// How the process ended; nil if it still runs at the deadline.
  private static func exit(
    of process: ChildProcess, until deadline: SuspendingClock.Instant?, endsGroup: Bool
  ) -> ExitStatus? {
    if deadline == nil, !endsGroup { return process.wait() }
    while true {
      if process.hasEnded {
        if endsGroup { process.killGroup() }
        return process.wait()
      }
      if let deadline, SuspendingClock.now >= deadline { return nil }
      Thread.sleep(forTimeInterval: 0.002)
    }
  }

  private static func text(_ bytes: Data) -> String? {
    let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    return text.isEmpty ? nil : text
  }
}

/// Writes a program's input and reads both its outputs at once, so that no full pipe stops either process.
private struct Exchange {
  private(set) var output = Data()
  private(set) var errors = Data()

  private var input: Data
  private let onErrors: ((Data) -> Void)?
  private var inputPipe: FileHandle?
  private var outputPipe: FileHandle?
  private var errorPipe: FileHandle?

  init(with process: ChildProcess, input: Data, onErrors: ((Data) -> Void)?) {
    self.input = input
    self.onErrors = onErrors
    func pipe(_ handle: FileHandle) -> FileHandle? { handle === FileHandle.nullDevice ? nil : handle }
    (inputPipe, outputPipe, errorPipe) = (pipe(process.input), pipe(process.output), pipe(process.errors))
    if input.isEmpty { Self.close(&inputPipe) }
    guard let inputPipe else { return }
    // This process must not die of a program that does not read its input.
    Signals.ignore(.brokenPipe)
    _ = fcntl(inputPipe.fileDescriptor, F_SETFL, O_NONBLOCK)
  }

  /// Whether all input is written and both outputs have ended.
  var isOver: Bool { inputPipe == nil && outputPipe == nil && errorPipe == nil }

  /// Waits until a pipe is ready, and writes or reads; false at the deadline.
  mutating func advance(until deadline: SuspendingClock.Instant?) -> Bool {
    if let deadline, SuspendingClock.now >= deadline { return false }
    let events = [(inputPipe, POLLOUT), (outputPipe, POLLIN), (errorPipe, POLLIN)]
    // A negative descriptor is skipped.
    var pipes = events.map { pollfd(fd: $0.0?.fileDescriptor ?? -1, events: Int16($0.1), revents: 0) }
    let rest = deadline.map { max(.zero, $0 - SuspendingClock.now) / .milliseconds(1) }
    let count = poll(&pipes, nfds_t(pipes.count), rest.map { Int32(min($0.rounded(.up), 1e9)) } ?? -1)
    guard count > 0 else { return true }
    if pipes[0].revents != 0 { feed() }
    if pipes[1].revents != 0 { output += Self.read(&outputPipe) }
    if pipes[2].revents != 0 {
      let part = Self.read(&errorPipe)
      errors += part
      if !part.isEmpty { onErrors?(part) }
    }
    return true
  }

  private mutating func feed() {
    guard let descriptor = inputPipe?.fileDescriptor else { return }
    let count = input.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count >= 0 {
      input = input.dropFirst(count)
    } else if errno != EINTR, errno != EAGAIN {
      input = Data()
    }
    if input.isEmpty { Self.close(&inputPipe) }
  }

  /// The next part of a stream; at its end nothing, and the pipe is closed.
  private static func read(_ pipe: inout FileHandle?) -> Data {
    guard let descriptor = pipe?.fileDescriptor else { return Data() }
    let part = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
      count = max(0, retrying { Foundation.read(descriptor, buffer.baseAddress, buffer.count) })
    }
    if part.isEmpty { close(&pipe) }
    return Data(part)
  }

  private static func close(_ pipe: inout FileHandle?) {
    try? pipe?.close()
    pipe = nil
  }
}
