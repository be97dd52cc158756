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
  private var isLoaded = false

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
    if let current, isLoaded { return current }
    let conversation = try await fresh()
    _ = try await conversation.result(load)
    isLoaded = true
    return conversation
  }

  /// The request that loads the model.
  nonisolated var load: JSONObject {
    JSONObject([
      ("op", "load"), ("model", .string(model)), ("context_length", .integer(Self.contextLength)),
    ])
  }

  func close() async {
    await current?.close()
    current = nil
    isLoaded = false
  }
}
