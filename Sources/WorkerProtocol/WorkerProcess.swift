import Foundation
import JSON

/// The runner's side of the line protocol: one worker process, asked one thing at a time.
public actor WorkerProcess {
  /// The engine's name and version, from the greeting.
  public nonisolated let engine: String
  public nonisolated let version: String
  /// The operating system's number of the process.
  public nonisolated let processIdentifier: Int32

  private let input: FileHandle
  private let output: WorkerOutput
  private var nextID = 1

  /// Starts the program and waits for its greeting.
  ///
  /// - Throws: `.notStarted`, `.notAWorker`, `.died` or `.timedOut`.
  public init(_ command: WorkerCommand) async throws(WorkerFailure) {
    let started = try StartedWorker(command)
    input = started.process.input
    output = started.output
    processIdentifier = started.process.identifier
    do throws(WorkerFailure) {
      let line = try await output.nextLine(for: "greeting", within: 60)
      guard let hello = (try? JSONValue(parsing: line))?["hello"], hello["protocol"]?.integer == WorkerProtocol.version,
        let engine = hello["engine"]?.string, let version = hello["version"]?.string
      else { throw .unexpected(line, in: "its greeting") }
      self.engine = engine
      self.version = version
    } catch {
      output.kill()
      _ = await output.waitForExit(within: 10)
      throw error
    }
  }

  /// Sends a request and waits for its answer.
  ///
  /// - Parameter limit: Seconds after which the worker counts as hung and is ended.
  /// - Throws: `WorkerFailure`.
  public func request(_ request: WorkerRequest, within limit: Double = 600) async throws(WorkerFailure) -> WorkerReply {
    let id = nextID
    nextID += 1
    var object = request.json
    object["id"] = .integer(id)
    do {
      try input.write(contentsOf: Data((JSONValue.object(object).serialized() + "\n").utf8))
    } catch {
      // The reason is that the worker is gone; its exit status says more than the broken pipe.
      throw await output.death()
    }
    var pieces = TextPieces()
    let deadline = ContinuousClock.now + .seconds(limit)
    var reply = try await answer(to: request, id, until: deadline, limit)
    while let piece = reply["piece"]?.string {
      try pieces.append(base64: piece)
      reply = try await answer(to: request, id, until: deadline, limit)
    }
    if let message = reply["error"]?.string {
      guard let status = reply["status"]?.string else {
        throw .refused(operation: request.operation, message: message)
      }
      throw .declined(operation: request.operation, status: status, message: message)
    }
    guard let result = reply["result"]?.object, let peak = reply["peak_memory_bytes"]?.integer else {
      throw .notAWorker("an answer without result or peak_memory_bytes")
    }
    return WorkerReply(result: result, peakMemoryBytes: peak, pieces: pieces.pieces)
  }

  /// The next line with that id, a piece of text or the answer itself; a worker without one at the deadline is ended.
  private func answer(
    to request: WorkerRequest, _ id: Int, until deadline: ContinuousClock.Instant, _ limit: Double
  ) async throws(WorkerFailure) -> JSONValue {
    let line: [UInt8]
    do throws(WorkerFailure) {
      let left = (deadline - ContinuousClock.now) / .seconds(1)
      guard left > 0 else { throw .timedOut(operation: request.operation, seconds: limit) }
      line = try await output.nextLine(for: request.operation, within: left)
    } catch {
      output.kill()
      if case .timedOut(let operation, _) = error { throw .timedOut(operation: operation, seconds: limit) }
      throw error
    }
    guard let reply = Self.parsed(line), reply["id"]?.integer == id else {
      throw .unexpected(line, in: "its answer to \(request.operation)")
    }
    return reply
  }

  /// The line's JSON. A worker may pass on its model's bytes as they are, so what is not UTF-8 is replaced.
  private static func parsed(_ line: [UInt8]) -> JSONValue? {
    (try? JSONValue(parsing: line)) ?? (try? JSONValue(parsing: String(decoding: line, as: UTF8.self)))
  }

  /// Ends the worker by ending its input, and by force if it is still running two seconds later.
  public func close() async {
    try? input.close()
    if await output.waitForExit(within: 2) == nil {
      output.kill()
      _ = await output.waitForExit(within: 10)
    }
  }
}
