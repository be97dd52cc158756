import JSON

/// The worker that is checked: started when needed, and anew after a violation.
actor Subject {
  nonisolated let model: String
  nonisolated let seconds: Double
  private let command: WorkerCommand
  private let transcript: @Sendable (TranscriptLine) -> Void
  private var current: Exchange?
  private var isLoaded = false
  /// Room for the prompts of all requirements, little enough that running over it is quick.
  static let contextLength = 256

  init(
    _ command: WorkerCommand, model: String, seconds: Double,
    transcript: @escaping @Sendable (TranscriptLine) -> Void
  ) {
    self.command = command
    self.model = model
    self.seconds = seconds
    self.transcript = transcript
  }

  /// A worker that has just greeted.
  func fresh() async throws -> Exchange {
    await close()
    let exchange = try await Exchange(command, seconds: seconds, transcript: transcript)
    current = exchange
    return exchange
  }

  /// A worker with its model loaded.
  func loaded() async throws -> Exchange {
    if let current, isLoaded { return current }
    let exchange = try await fresh()
    _ = try await exchange.result(load)
    isLoaded = true
    return exchange
  }

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
