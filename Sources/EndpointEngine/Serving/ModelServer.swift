import Dispatch
import Foundation
import Platform
import Synchronization
import WorkerProtocol

/// The server of one model: attached to, or started when it is needed and ended when another process needs its own.
final class ModelServer {
  /// Held while a request is answered.
  let busy = Mutex(())
  /// Whether the server was caught with other weights; then it is not asked again.
  var isSpoilt = false
  /// Whether the server was just started and has not yet answered a request like those that are timed.
  var isCold = false
  /// Whether the server is ready when it has made a vector, instead of a completion.
  var makesVectors = false
  private let settings: EndpointSettings
  private let supervisor: [String]
  private let lease = ServerLease()
  private var managed: ManagedServer?
  private var target: EndpointSettings.Target?
  private var peak = 0
  private var listener: (any DispatchSourceSignal)?

  init(_ settings: EndpointSettings, supervisor: [String]) {
    self.settings = settings
    self.supervisor = supervisor
    // While there is no server to give up, the signal must not end this process.
    Signals.ignore(.message)
  }

  /// Whether the last endpoint is of a server that somebody else started, and that goes on when this process ends.
  var isAttached: Bool { target?.url != nil }

  /// The root of the server's processes; nil if it was not started here.
  var process: Int32? { managed?.processIdentifier }

  /// The most that the server's processes have held so far; 0 if it runs elsewhere.
  var peakMemoryBytes: Int {
    let root = process ?? target?.url.flatMap(URL.init(string:)).flatMap { ProcessProof.listener(of: $0) }
    if let root { peak = max(peak, ProcessTable.peakMemoryBytes(ofTree: root)) }
    return peak
  }

  /// What the processes of an attached server hold; nil if it runs elsewhere, and for one that was started here, whose
  /// processes the runner sees.
  var memory: EngineMemory? {
    guard isAttached, let root = target?.url.flatMap(URL.init(string:)).flatMap({ ProcessProof.listener(of: $0) }),
      let memory = ProcessMemory.ofTree(root)
    else { return nil }
    return EngineMemory(
      footprintBytes: Int64(memory.footprintBytes), swappedBytes: memory.swappedBytes.map(Int64.init))
  }

  /// The endpoint of a folder, its server started and answering.
  ///
  /// - Throws: `EndpointError`.
  func endpoint(for folder: URL) throws -> Endpoint {
    if isSpoilt { throw EndpointError.otherWeights("it was caught with others before") }
    let path = folder.standardizedFileURL.path
    let target = settings.targets.first { $0.folder == path } ?? settings.targets.first { $0.folder.isEmpty }
    guard let target else { throw EndpointError.badURL("no endpoint is given for \(path)") }
    self.target = target
    if let url = target.url {
      return try Endpoint(url, model: target.servedModel ?? folder.lastPathComponent, keyVariable: settings.keyVariable)
    }
    guard let profile = settings.profile else { throw EndpointError.badURL("") }
    let command = ServerCommand(profile, folder: folder, python: settings.python)
    if let managed, managed.isRunning { return try endpoint(of: managed, command) }
    return try start(command)
  }

  /// Starts the server and waits until it has completed a request: a list of models may come from a cache.
  private func start(_ command: ServerCommand) throws -> Endpoint {
    if !settings.keepsServers {
      try lease.acquire(within: settings.startSeconds)
      watch()
    }
    let port = ManagedServer.freePort()
    let server = try ManagedServer(try command.words(port: port), port: port, supervisor: supervisor)
    managed = server
    isCold = true
    let endpoint = try endpoint(of: server, command)
    let deadline = ContinuousClock.now + .seconds(settings.startSeconds)
    while true {
      do {
        if makesVectors {
          _ = try endpoint.vectors(of: ["Ready?"], within: 60)
        } else {
          _ = try endpoint.complete(CompletionRequest(prompt: .text("Ready?"), maximumTokens: 1), within: 60)
        }
        return endpoint
      } catch {
        guard server.isRunning, ContinuousClock.now < deadline else {
          let reason = server.lastWords.isEmpty ? String(describing: error) : server.lastWords
          stop()
          throw EndpointError.notStarted(command: command.name, reason: reason)
        }
        Thread.sleep(forTimeInterval: 0.1)
      }
    }
  }

  private func endpoint(of server: ManagedServer, _ command: ServerCommand) throws -> Endpoint {
    try Endpoint(
      "http://127.0.0.1:\(server.port)/v1", model: target?.servedModel ?? command.servedModel,
      keyVariable: settings.keyVariable)
  }

  /// Ends the server with its whole process tree.
  func stop() {
    managed?.end()
    managed = nil
    lease.release()
  }

  /// Ends the server when another process asks for the lease, between two requests.
  private func watch() {
    guard listener == nil else { return }
    // Safe, since everything happens under `busy`.
    nonisolated(unsafe) let server = self
    listener = Signals.observe(.message) { server.busy.withLock { _ in server.stop() } }
  }
}
