import Envelopes
import Foundation
import JSON
import Measurements
import Store
import Synchronization
import TestSupport
import Testing
import WorkerProtocol

@testable import Runner

/// Workers that play scripts, in real processes.
@Suite("Faults while measuring", .serialized)
struct FaultTests {
  private let folder: TemporaryFolder
  private let store: MeasurementStore

  init() throws {
    folder = try TemporaryFolder()
    store = try MeasurementStore(at: folder("test.sqlite"), mode: .readWrite)
  }

  private func plan(
    _ outputs: [JSONValue], blocks: Int = 2, environment: JSONValue? = nil, files: JSONValue = [:]
  ) throws -> MeasurementPlan {
    let script: JSONValue = ["weights": "w", "outputs": .array(outputs), "files": files]
    try folder.write(script.serialized(), to: "model/script.json")
    try folder.write("{}", to: "model/config.json")
    guard var source = TestEnvelope.json(blocks, 1).object else { throw CocoaError(.fileReadCorruptFile) }
    source["accuracy"] = []
    source["throughput"] = .array(Array((source["throughput"]?.array ?? []).prefix(1)))
    source["environment"] = environment
    let executable = Program.product("scripted-worker")
    return MeasurementPlan(
      envelope: try Envelope(source: .object(source)),
      contenders: [.init(side: .candidate, model: "m", folder: folder("model"))], role: nil,
      environment: .isolated, command: WorkerCommand(executable: executable, arguments: []), threads: nil,
      version: "test")
  }

  @Test("A flood of 200 MB on a worker's standard output ends that worker and nothing else")
  func flood() async throws {
    let plan = try plan([["text": "x"], ["flood": 200]], blocks: 1)
    let number = try await MeasurementRunner(plan, store: store).run()
    #expect(try store.session(number).state == .complete)
    #expect(try store.incidents(of: number).contains { $0.kind == .workerDied })
  }

  @Test("A block outside the envelope's limits is void with the figure, and others take its place up to a limit")
  func limits() async throws {
    let plan = try plan([], environment: ["min_free_memory_bytes": 1_000_000_000_000_000])
    let number = try await MeasurementRunner(plan, store: store).run()
    let record = try store.session(number)
    #expect(record.voids.count == 4)
    #expect(record.voids.allSatisfy { $0.reason.contains("of memory free, at least 1000000000 MB asked for") })
    #expect(try store.observations(of: number).count == 4)
  }

  @Test("Limits are of the class isolated: under load nothing is void for it")
  func limitsUnderLoad() async throws {
    var plan = try plan([], environment: ["min_free_memory_bytes": 1_000_000_000_000_000])
    plan.environment = .underLoad
    let number = try await MeasurementRunner(plan, store: store).run()
    #expect(try store.session(number).voids.isEmpty)
  }

  @Test("The load of the class under-load runs meanwhile and is recorded")
  func backgroundLoad() async throws {
    var plan = try plan([])
    plan.environment = .underLoad
    plan.load = BackgroundLoad(
      model: "m", folder: folder("model"),
      stream: [.init(at: 0, prompt: "Hello", maximumTokens: 4)])
    let number = try await MeasurementRunner(plan, store: store).run()
    let record = try store.incidents(of: number).filter { $0.kind == .backgroundLoad }
    #expect(record.count == 1 && record.allSatisfy { $0.detail.contains("of a stream of 1 meanwhile") })
  }

  @Test("A file that is replaced after loading voids the block and ends the session")
  func replacedFile() async throws {
    let plan = try plan([])
    let file = folder("model/config.json")
    let wasReplaced = Mutex(false)
    let runner = MeasurementRunner(plan, store: store) { event in
      guard case .measured = event, !wasReplaced.withLock({ $0 }) else { return }
      wasReplaced.withLock { $0 = true }
      try? Data("{ }".utf8).write(to: file, options: .atomic)
    }
    await #expect(throws: RunnerError.filesReplaced("m", files: ["config.json"])) { try await runner.run() }
    let number = try #require(try store.sessions().first?.number)
    let record = try store.session(number)
    #expect(record.state == .interrupted && record.voids.count == 1)
  }

  private func expectInterrupted() throws {
    let number = try #require(try store.sessions().first?.number)
    let record = try store.session(number)
    #expect(record.state == .interrupted && record.voids.count == 1)
    #expect(try store.samples(of: number, side: nil).allSatisfy { $0.status == .success })
    #expect(try store.incidents(of: number).contains { $0.kind == .filesReplaced })
  }

  @Test("A worker that dies of a truncated file is not blamed on its model: the files are named, and the session ends")
  func truncatedFile() async throws {
    let plan = try plan([["text": "x"], ["fault": ": > config.json"]])
    await #expect(throws: RunnerError.filesReplaced("m", files: ["config.json"])) {
      try await MeasurementRunner(plan, store: store).run()
    }
    try expectInterrupted()
  }

  @Test("A file that was overwritten in place, with its old size and time, is found by its hash when a worker dies")
  func overwrittenInPlace() async throws {
    // printf '{}' | sha256sum
    let hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    let command = "touch -r config.json time && printf '[]' 1<> config.json && touch -r time config.json"
    let plan = try plan([["text": "x"], ["fault": .string(command)]], files: ["config.json": .string(hash)])
    await #expect(throws: RunnerError.filesReplaced("m", files: ["config.json"])) {
      try await MeasurementRunner(plan, store: store).run()
    }
    try expectInterrupted()
  }

  @Test("A worker that could not read files that look as before ends the session, and says so")
  func unreadableFile() async throws {
    let plan = try plan([["text": "x"], ["fault": "echo error: m.safetensors became shorter >&2"]])
    let error = await #expect(throws: RunnerError.self) { try await MeasurementRunner(plan, store: store).run() }
    #expect(error?.description.contains("m.safetensors became shorter") == true)
    #expect(error?.description.contains("says nothing about the model") == true)
    try expectInterrupted()
  }

  @Test("A worker that dies twice with its files as they were is the model's own failure")
  func ownFault() async throws {
    let plan = try plan([["text": "x"], ["crash": true]], blocks: 1)
    let number = try await MeasurementRunner(plan, store: store).run()
    #expect(try store.session(number).state == .complete)
    #expect(try store.samples(of: number, side: nil).contains { $0.status == .failed })
  }

  @Test("Memory is traced through each block")
  func traces() async throws {
    let number = try await MeasurementRunner(plan([]), store: store).run()
    let observations = try store.observations(of: number)
    #expect(observations.map(\.block) == [0, 1])
    for item in observations {
      let subjects = Set(item.observation.traces.map(\.subject))
      #expect(subjects.isSuperset(of: [.candidate, .hostFree, .swap]))
      #expect(item.observation.traces.allSatisfy { !$0.values.isEmpty })
    }
  }
}
