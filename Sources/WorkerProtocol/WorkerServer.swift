import Foundation
import JSON
import Platform
import Synchronization

/// An engine that a worker serves.
public protocol WorkerEngine: AnyObject {
  /// Answers one request; called from one thread.
  ///
  /// - Throws: Any error; its description becomes the answer's message.
  func answer(_ request: WorkerRequest) throws -> JSONObject
  /// The most bytes of main memory that serving the model has held so far.
  var peakMemoryBytes: Int { get }
}

extension WorkerEngine {
  /// The peak of this process.
  public var peakMemoryBytes: Int { Machine.peakMemoryByteCount }
}

/// The worker's side of the line protocol on standard input and output.
public enum WorkerServer {
  /// Greets, then answers requests until standard input ends.
  ///
  /// A separate thread reads the input: if the runner goes away in the middle of a long computation, the input ends, and
  /// so does this process.
  public static func serve(_ engine: any WorkerEngine, name: String, version: String) {
    Signals.ignore(.interrupt)
    Signals.ignore(.brokenPipe)
    let inbox = Inbox()
    let started = DispatchSemaphore(value: 0)
    let reader = Thread {
      started.signal()
      var buffer = LineBuffer()
      while true {
        let data = FileHandle.standardInput.availableData
        if data.isEmpty { exit(0) }
        for line in buffer.append(data) { inbox.put(line) }
        if buffer.isOverfull { exit(2) }
      }
    }
    reader.start()
    // Under a tight memory limit no thread can be started, and nothing reports that.
    guard started.wait(timeout: .now() + 3) == .success else {
      try? StandardStream.errors.write(Array("no thread could be started: out of memory\n".utf8))
      exit(3)
    }
    write([
      "hello": ["protocol": .integer(WorkerProtocol.version), "engine": .string(name), "version": .string(version)]
    ])
    while true { write(answer(to: inbox.take(), engine)) }
  }

  private static func answer(to line: [UInt8], _ engine: any WorkerEngine) -> JSONValue {
    var id = JSONValue.null
    do {
      guard let object = try JSONValue(parsing: line).object else { throw WorkerFailure.badRequest("not an object") }
      id = object["id"] ?? .null
      let result = try engine.answer(try WorkerRequest(json: object))
      return [
        "id": id, "result": .object(result), "peak_memory_bytes": .integer(engine.peakMemoryBytes),
      ]
    } catch {
      var answer = JSONObject([("id", id), ("error", .string(String(describing: error)))])
      if case .declined(_, let status, let message) = error as? WorkerFailure {
        answer["error"] = .string(message)
        answer["status"] = .string(status)
      }
      answer["peak_memory_bytes"] = .integer(engine.peakMemoryBytes)
      return .object(answer)
    }
  }

  /// Writes one line; if nobody reads the answers any more, this process ends, as it does with its input.
  private static func write(_ value: JSONValue) {
    do throws(FileSystemError) {
      try StandardStream.output.write(Array((value.serialized() + "\n").utf8))
    } catch {
      if error.code == EPIPE { exit(0) }
      try? StandardStream.errors.write(Array("\(error)\n".utf8))
      exit(2)
    }
  }

  /// Lines that were read and not yet answered.
  private final class Inbox: Sendable {
    private let lines = Mutex<[[UInt8]]>([])
    private let filled = DispatchSemaphore(value: 0)

    func put(_ line: [UInt8]) {
      lines.withLock { $0.append(line) }
      filled.signal()
    }

    func take() -> [UInt8] {
      filled.wait()
      return lines.withLock { $0.removeFirst() }
    }
  }
}
