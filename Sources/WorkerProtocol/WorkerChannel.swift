import Foundation

/// A worker process and its lines as they are, for whoever must see what a worker does wrong; `WorkerProcess` is for
/// everybody else.
public actor WorkerChannel {
  public nonisolated let processIdentifier: Int32
  private let input: FileHandle
  private let output: WorkerOutput
  // Writes wait for a worker that does not read; nobody else should.
  private let writing = DispatchQueue(label: "resident.worker-channel")

  /// Starts the program.
  ///
  /// - Throws: `.notStarted`.
  public init(_ command: WorkerCommand) throws(WorkerFailure) {
    let started = try StartedWorker(command)
    input = started.process.input
    output = started.output
    processIdentifier = started.process.identifier
  }

  /// Sends bytes in the background; that a worker has ended shows where its lines are read.
  public func send(_ bytes: [UInt8]) {
    let input = input
    writing.async { try? input.write(contentsOf: bytes) }
  }

  /// The next line of standard output, without its end.
  ///
  /// - Throws: `.died`, `.timedOut`, `.notAWorker`.
  public func line(for purpose: String, within seconds: Double) async throws(WorkerFailure) -> [UInt8] {
    try await output.nextLine(for: purpose, within: seconds)
  }

  /// Ends the worker's input once all is sent.
  public func endInput() {
    let input = input
    writing.async { try? input.close() }
  }

  /// How the worker ended, or nil where it still runs after `seconds`.
  public func exit(within seconds: Double) async -> ExitStatus? { await output.waitForExit(within: seconds) }

  /// Ends the worker by force.
  public func end() async {
    output.kill()
    try? input.close()
    _ = await output.waitForExit(within: 10)
  }
}
