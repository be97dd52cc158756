import JSON

/// The worker that is checked: started when a requirement needs it, and started again after a violation.
actor CheckedWorker {
  /// In tokens: room for the prompts of all requirements, and so little that exceeding it is quick.
  static let contextLength = 256

  nonisolated let model: String
  nonisolated let seconds: Double
  private let command: WorkerCommand
  private let transcript: @Sendable (TranscriptLine) -> Void
  private var current: WorkerConversation?
  /// The answer to the load request of the current worker.
  private var reply: JSONObject?

  /// - Parameters:
  ///   - model: The path of a model folder.
  ///   - seconds: How long any answer may take.
  init(
    _ command: WorkerCommand, model: String, seconds: Double,
    transcript: @escaping @Sendable (TranscriptLine) -> Void
  ) {
    self.command = command
    self.model = model
    self.seconds = seconds
    self.transcript = transcript
  }

  /// A conversation with a worker that has just greeted.
  func fresh() async throws -> WorkerConversation {
    await close()
    let conversation = try await WorkerConversation(command, seconds: seconds, transcript: transcript)
    current = conversation
    return conversation
  }

  /// A conversation with a worker that has loaded its model.
  func loaded() async throws -> WorkerConversation {
    if let current, reply != nil { return current }
    let conversation = try await fresh()
    reply = try await conversation.result(load)
    return conversation
  }

  /// Whether the worker that has loaded its model says that it works in slices.
  var offersSlices: Bool { reply?["slices"]?.bool == true }

  /// Whether the worker that has loaded its model says that it scores batches.
  var offersBatches: Bool { reply?["batches"]?.bool == true }

  /// What the worker that has loaded its model says of the vectors that it makes; nil if it says nothing.
  var embedding: JSONValue? { reply?["embedding"] }

  /// The request that loads the model.
  nonisolated var load: JSONObject {
    JSONObject([
      ("op", "load"), ("model", .string(model)), ("context_length", .integer(Self.contextLength)),
    ])
  }

  func close() async {
    await current?.close()
    current = nil
    reply = nil
  }
}
