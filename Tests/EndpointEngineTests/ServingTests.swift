import Foundation
import Platform
import TestSupport
import Testing

@testable import EndpointEngine

/// Real processes: shells that start others.
@Suite("Managed servers")
struct ServingTests {
  private static let supervisor = [Program.executable.path, "engine", "supervise", "--"]

  /// Waits for something that is about to happen, however busy the machine is.
  private func waitUntil(_ condition: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + .seconds(600)
    while ContinuousClock.now < deadline {
      if condition() { return true }
      Thread.sleep(forTimeInterval: 0.01)
    }
    return false
  }

  /// The processes that run `sleep` for that many seconds.
  private func sleepers(under root: Int32, _ seconds: Int) -> [Int32] {
    ProcessTable.tree(of: root).filter { ProcessTable.commandLine(of: $0) == ["sleep", String(seconds)] }
  }

  @Test("Ending a server ends its whole tree, including processes that ignore a polite request")
  func wholeTree() throws {
    let script = "trap '' TERM; sleep 611 & sh -c 'trap \"\" TERM; sleep 611; sleep 611' & wait; sleep 611"
    let server = try ManagedServer(["sh", "-c", script], port: 1, supervisor: Self.supervisor)
    let root = server.processIdentifier
    #expect(waitUntil { sleepers(under: root, 611).count >= 2 })
    let tree = ProcessTable.tree(of: root)
    server.end()
    #expect(tree.allSatisfy { !ProcessTable.isRunning($0) })
  }

  @Test("A server ends when the process that started it is killed")
  func orphan() throws {
    let pipe = Pipe()
    let starter = Process()
    starter.executableURL = URL(fileURLWithPath: "/bin/sh")
    // The shell holds the lifeline, as a worker does.
    let quoted = Self.supervisor.map { "'\($0)'" }.joined(separator: " ")
    starter.arguments = ["-c", "sleep 3600 | \(quoted) sleep 612"]
    starter.standardOutput = pipe
    try starter.run()
    let root = starter.processIdentifier
    #expect(waitUntil { sleepers(under: root, 612).count == 1 })
    let server = sleepers(under: root, 612)
    let lifeline = ProcessTable.tree(of: root).first { ProcessTable.commandLine(of: $0) == ["sleep", "3600"] }
    kill(try #require(lifeline), SIGKILL)
    #expect(waitUntil { server.allSatisfy { !ProcessTable.isRunning($0) } })
    kill(root, SIGKILL)
  }

  #if os(Linux)
    @Test("A process that leaves the server's session and whose parent has ended is ended with the server")
    func daemon() throws {
      let folder = try TemporaryFolder()
      let file = folder("daemon").path
      let script = "setsid sh -c 'sleep 613 & echo $! > \(file).new; mv \(file).new \(file)' & wait; exec sleep 614"
      let server = try ManagedServer(["sh", "-c", script], port: 1, supervisor: Self.supervisor)
      #expect(waitUntil { folder.names.contains("daemon") })
      let daemon = try #require(Int32(try folder.text(of: "daemon").dropLast()))
      #expect(waitUntil { sleepers(under: server.processIdentifier, 614).count == 1 })
      #expect(ProcessTable.isRunning(daemon))
      server.end()
      #expect(waitUntil { !ProcessTable.isRunning(daemon) })
    }
  #endif

  @Test("The error of a server that does not start has its last words")
  func doesNotStart() throws {
    var settings = EndpointSettings(targets: [.init(folder: "", url: nil, servedModel: nil)])
    settings.profile = ServerProfile(
      name: "broken", command: ["sh", "-c", "echo no such model >&2; exit 3"], servedModel: "m")
    settings.keepsServers = true
    let server = ModelServer(settings, supervisor: Self.supervisor)
    #expect(throws: EndpointError.notStarted(command: "broken", reason: "no such model")) {
      try server.endpoint(for: TestModels.uniform)
    }
    #expect(!server.isAttached)
  }

  @Test("A lease is held by one process at a time")
  func lease() throws {
    let folder = try TemporaryFolder()
    let path = folder.url.appendingPathComponent("lock").path
    let (one, other) = (ServerLease(path: path), ServerLease(path: path))
    try one.acquire(within: 1)
    #expect(throws: EndpointError.self) { try other.acquire(within: 0.1) }
    one.release()
    try other.acquire(within: 1)
    #expect(other.isHeld && !one.isHeld)
    other.release()
  }

  @Test("The process that listens on a port and the files it has open are found")
  func listener() throws {
    let server = RawServer { $1.sendCompletion() }
    #expect(ProcessTable.listener(onPort: server.port) == ProcessInfo.processInfo.processIdentifier)
    let file = TestModels.uniform.appendingPathComponent("config.json").resolvingSymlinksInPath()
    let handle = try FileHandle(forReadingFrom: file)
    #expect(ProcessTable.openFiles(of: ProcessInfo.processInfo.processIdentifier).contains(file.path))
    try handle.close()
  }

  @Test("A profile's words are filled in, and a missing GGUF file is named")
  func words() throws {
    let folder = try TemporaryFolder()
    let command = ServerCommand(
      ServerProfile(name: "p", command: ["{python}", "--m={gguf}", "{port}"], servedModel: "{model}"),
      folder: folder.url, python: "py")
    #expect(throws: EndpointError.self) { try command.words(port: 7) }
    let file = try folder.write("", to: "a.gguf")
    #expect(try command.words(port: 7) == ["py", "--m=\(file.path)", "7"])
    #expect(command.servedModel == folder.url.path)
  }
}
