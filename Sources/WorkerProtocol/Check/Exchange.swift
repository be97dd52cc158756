import JSON

/// A conversation with one worker, each answer of which is held to the protocol's form.
actor Exchange {
  /// An answer whose form is right.
  struct Answer {
    let object: JSONObject
    var error: String? { object["error"]?.string }
  }

  let greeting: JSONValue
  private let channel: WorkerChannel
  private let seconds: Double
  private let transcript: @Sendable (TranscriptLine) -> Void
  private var nextID = 1
  private var peakMemoryBytes = 0

  init(
    _ command: WorkerCommand, seconds: Double, transcript: @escaping @Sendable (TranscriptLine) -> Void
  ) async throws {
    let channel = try WorkerChannel(command)
    self.channel = channel
    self.seconds = seconds
    self.transcript = transcript
    do {
      let line = try await channel.line(for: "greeting", within: seconds)
      transcript(TranscriptLine(sender: .worker, text: String(decoding: line, as: UTF8.self)))
      greeting = try JSONValue(parsing: line)
    } catch {
      await channel.end()
      throw error
    }
  }

  /// Sends a request and takes its answer, whichever it is.
  func ask(_ request: JSONObject) async throws -> Answer {
    let id = JSONValue.integer(nextID)
    nextID += 1
    await send(Self.line(request, id: id))
    return try await answer(to: id)
  }

  /// The result of a request that must have one.
  func result(_ request: JSONObject) async throws -> JSONObject {
    let answer = try await ask(request)
    if let error = answer.error {
      if answer.object["status"] == "unsupported" { throw Unsupported(description: error) }
      throw Violation("\(Self.name(request)) was answered with the error: \(error)")
    }
    guard let result = answer.object["result"]?.object else { throw Violation("the result is not an object") }
    return result
  }

  /// Makes sure that a request gets an error and that the worker goes on.
  func refusal(_ request: JSONObject) async throws {
    let answer = try await ask(request)
    try demand(answer.error != nil, "\(JSONValue.object(request).serialized()) should have been an error")
  }

  func send(_ line: String) async {
    if line.utf8.count < 10_000 { transcript(TranscriptLine(sender: .runner, text: line)) }
    await channel.send(Array(line.utf8) + [UInt8(ascii: "\n")])
  }

  func send(bytes: [UInt8]) async { await channel.send(bytes) }

  /// The next line, which must be the whole answer to that request.
  func answer(to id: JSONValue) async throws -> Answer {
    let line = try await channel.line(for: "request \(id.serialized())", within: seconds)
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

  func endInput() async { await channel.endInput() }
  func exit(within seconds: Double) async -> ExitStatus? { await channel.exit(within: seconds) }

  func close() async {
    await channel.endInput()
    if await channel.exit(within: 2) == nil { await channel.end() }
  }

  static func line(_ request: JSONObject, id: JSONValue) -> String {
    JSONValue.object(JSONObject([("id", id)] + request.members.map { ($0.name, $0.value) })).serialized()
  }

  private static func name(_ request: JSONObject) -> String { request["op"]?.string ?? "a request" }
}
