import WorkerProtocol

extension ModelWorker {
  /// What the engine counts itself; nil if it does not, or fails to.
  func engineMemory() async -> EngineMemory? {
    guard loaded.tellsMemory else { return nil }
    return (try? await process.request(.memory, within: 60)).map { EngineMemory($0.result) }
  }
}
