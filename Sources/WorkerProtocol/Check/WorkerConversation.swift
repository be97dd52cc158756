import Foundation
import JSON
import Platform

/// A conversation with one worker process, line by line, in which each answer must have the protocol's form.
///
/// `WorkerProcess` asks a worker that is trusted; this shows what a worker does wrong.
actor WorkerConversation {
  /// An answer whose form is right.
  struct Answer {
    let object: JSONObject
    var error: String? { object["error"]?.string }
  }

  let greeting: JSONValue
  private let input: FileHandle
  private let output: WorkerOutput
  // A write blocks while the worker does not read; the actor must not.
  private let writing = DispatchQueue(label: "resident.worker-conversation")
  private let seconds: Double
  private let transcript: @Sendable (TranscriptLine) -> Void
  private var nextID = 1
  private var peakMemoryBytes = 0

  /// Starts the program and waits for its greeting, which need not be one of this protocol.
  init(
    _ command: WorkerCommand, seconds: Double, transcript: @escaping @Sendable (TranscriptLine) -> Void
  ) async throws {
    let started = try StartedWorker(command)
    (input, output) = (started.process.input, started.output)
    self.seconds = seconds
    self.transcript = transcript
    do {
      let line = try await started.output.nextLine(for: "greeting", within: seconds)
      transcript(TranscriptLine(sender: .worker, text: String(decoding: line, as: UTF8.self)))
      greeting = try JSONValue(parsing: line)
    } catch {
      await Self.end(started.output, started.process.input)
      throw error
    }
  }

  /// Sends a request and returns its answer, a result or an error.
  func ask(_ request: JSONObject) async throws -> Answer {
    let id = JSONValue.integer(nextID)
    nextID += 1
    send(Self.line(request, id: id))
    return try await answer(to: id)
  }

  /// The result of a request that must have one.
  func result(_ request: JSONObject) async throws -> JSONObject {
    let answer = try await ask(request)
    if let error = answer.error {
      if answer.object["status"] == "unsupported" { throw Unsupported(description: error) }
      throw Violation("\(request["op"]?.string ?? "a request") failed with the error: \(error)")
    }
    guard let result = answer.object["result"]?.object else { throw Violation("the result is not an object") }
    return result
  }

  /// Makes sure that a request is refused and that the worker goes on.
  func refusal(_ request: JSONObject) async throws {
    let answer = try await ask(request)
    try demand(answer.error != nil, "\(JSONValue.object(request).serialized()) should have been an error")
  }

  /// Sends a line in the background. If the worker has ended, reading its answer throws.
  func send(_ line: String) {
    if line.utf8.count < 10_000 { transcript(TranscriptLine(sender: .runner, text: line)) }
    send(bytes: Array(line.utf8) + [UInt8(ascii: "\n")])
  }

  func send(bytes: [UInt8]) {
    let input = input
    writing.async { try? input.write(contentsOf: bytes) }
  }

  /// Reads the next line, which must be the whole answer to the request with that id.
  func answer(to id: JSONValue) async throws -> Answer {
    let line = try await output.nextLine(for: "request \(id.serialized())", within: seconds)
    let text = String(decoding: line, as: UTF8.self)
    transcript(TranscriptLine(sender: .worker, text: text))
    guard let object = (try? JSONValue(parsing: text))?.object else {
      throw Violation("a line is not a JSON object: \(text.prefix(200))")
    }
    try demand(
      object["id"] == id, "the answer to \(id.serialized()) has the id \(object["id"]?.serialized() ?? "none")")
    let (result, error) = (object["result"], object["error"])
    try demand((result == nil) != (error == nil), "an answer needs either result or error: \(text.prefix(200))")
    try demand(error == nil || error?.string != nil, "error is not a string: \(text.prefix(200))")
    guard let peak = object["peak_memory_bytes"]?.integer, peak >= 0 else {
      throw Violation("an answer lacks peak_memory_bytes: \(text.prefix(200))")
    }
    try demand(peak >= peakMemoryBytes, "peak_memory_bytes fell from \(peakMemoryBytes) to \(peak)")
    peakMemoryBytes = peak
    return Answer(object: object)
  }

  /// Ends the worker's input once everything is sent.
  func endInput() {
    let input = input
    writing.async { try? input.close() }
  }

  /// How the worker ended, or nil if it is still running after `seconds`.
  func exit(within seconds: Double) async -> ExitStatus? { await output.waitForExit(within: seconds) }

  /// Ends the worker's input, and the worker by force if that does not end it.
  func close() async {
    endInput()
    if await exit(within: 2) == nil { await Self.end(output, input) }
  }

  private static func end(_ output: WorkerOutput, _ input: FileHandle) async {
    output.kill()
    try? input.close()
    _ = await output.waitForExit(within: 10)
  }

  static func line(_ request: JSONObject, id: JSONValue) -> String {
    JSONValue.object(JSONObject([("id", id)] + request.members.map { ($0.name, $0.value) })).serialized()
  }
}
