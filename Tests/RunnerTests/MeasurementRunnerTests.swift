import Envelopes
import Foundation
import Measurements
import Store
import Synchronization
import TestSupport
import Testing
import WorkerProtocol

@testable import Runner

/// Real weights, real worker processes, a real database.
@Suite("Measurement runner", .serialized)
struct MeasurementRunnerTests {
  private let folder: TemporaryFolder
  private let store: MeasurementStore

  init() throws {
    folder = try TemporaryFolder()
    store = try MeasurementStore(at: folder("test.sqlite"), mode: .readWrite)
  }

  private func plan(
    blocks: Int = 2, command: WorkerCommand = WorkerCommand(executable: Program.executable, arguments: ["worker"])
  ) throws -> MeasurementPlan {
    MeasurementPlan(
      envelope: try TestEnvelope.make(blocks: blocks),
      contenders: [
        .init(side: .resident, model: "imported", folder: TestModels.imported),
        .init(side: .candidate, model: "uniform", folder: TestModels.uniform),
      ], role: "default", environment: .isolated, command: command, threads: 1, version: "test")
  }

  @Test("A comparison stores every sample of both models with hashed provenance")
  func wholeComparison() async throws {
    let number = try await MeasurementRunner(plan(), store: store).run()
    let evidence = try store.evidence(number)
    #expect(evidence.state == .complete)
    for side in Side.allCases {
      let samples = evidence.samples(of: side)
      // Two cells of two blocks with two repetitions, and three items.
      #expect(samples.count == 11)
      #expect(samples.allSatisfy { $0.status == .success })
      #expect(samples.compactMap(\.throughput).allSatisfy { $0.promptTokens >= 20 && $0.cachedTokens == 0 })
      let sequences = Set(
        samples.compactMap { sample in sample.throughput.map { "\(sample.place.cell) \($0.sequences)" } })
      #expect(sequences == ["a 1", "b 3"])
      #expect(evidence.run(of: side).load.loadSeconds > 0)
      guard case .hashed = evidence.run(of: side).provenance else {
        Issue.record("the weights are not hashed")
        return
      }
    }
    #expect(evidence.resident.provenance != evidence.candidate.provenance)
    #expect(evidence.residentSamples.compactMap(\.answer).contains { $0.answer == "0" && $0.isCorrect })
  }

  @Test("A cancelled session keeps its samples and goes on with --resume")
  func resume() async throws {
    let seen = Mutex(0)
    let task = Mutex<Task<SessionNumber, any Error>?>(nil)
    let runner = MeasurementRunner(try plan(), store: store) { event in
      if case .measured = event,
        seen.withLock({
          $0 += 1; return $0
        }) == 6
      {
        task.withLock { $0?.cancel() }
      }
    }
    let work = Task { try await runner.run() }
    task.withLock { $0 = work }
    await #expect(throws: CancellationError.self) { try await work.value }
    let number = try #require(try store.sessions().first?.number)
    let before = try store.samples(of: number, side: nil)
    #expect(before.count == 6)
    #expect(try store.session(number).state == .interrupted)

    #expect(try await MeasurementRunner(plan(), store: store).run(resuming: true) == number)
    let evidence = try store.evidence(number)
    #expect(evidence.state == .complete)
    #expect(Array(try store.samples(of: number, side: nil).prefix(6)) == before)
    // The block that was cut is void, and one in its place has been measured; a busy machine may void others.
    #expect(evidence.voids.count { $0.reason.contains("interrupted") } == 1)
    for side in Side.allCases {
      #expect(evidence.samples(of: side).filter { $0.place.item != nil }.count == 3)
    }
  }

  @Test("A worker that is killed is asked again in a fresh process, and another block takes the place of its block")
  func killedWorker() async throws {
    // Each worker notes its number, so that this test kills only what it started.
    let pids = folder("pids")
    let command = WorkerCommand(
      executable: URL(fileURLWithPath: "/bin/sh"),
      arguments: ["-c", "echo $$ >>'\(pids.path)'; exec '\(Program.executable.path)' worker"])
    let restarts = Mutex(0)
    let killed = Mutex(false)
    let number = try await MeasurementRunner(plan(command: command), store: store) { event in
      if case .restarting = event { restarts.withLock { $0 += 1 } }
      if case .measured(_, let sample) = event, sample.status == .success,
        killed.withLock({ killed in
          defer { killed = true }; return !killed
        })
      {
        let first = (try? String(contentsOf: pids, encoding: .utf8))?.split(separator: "\n").first
        if let first, let pid = Int32(first) { kill(pid, SIGKILL) }
      }
    }.run()
    let evidence = try store.evidence(number)
    #expect(evidence.state == .complete)
    #expect(restarts.withLock { $0 } == 1)
    #expect((evidence.residentSamples + evidence.candidateSamples).allSatisfy { $0.status == .success })
    let died = try store.incidents(of: number).filter { $0.kind == .workerDied }
    #expect(died.count == 1 && died.allSatisfy { $0.detail.contains("signal 9") })
    // The worker may have died between two blocks or in the one that is then void.
    let replaced = evidence.voids.filter { $0.reason.contains("worker was replaced") }
    #expect(replaced.count == 1)
    #expect(evidence.residentSamples.compactMap(\.throughput).count == 2 * (2 * 2 + 1))
  }

  @Test("A model that cannot be loaded ends the session before it begins")
  func unloadable() async throws {
    var plan = try plan()
    plan.contenders[1].folder = folder.url
    await #expect(throws: RunnerError.self) { try await MeasurementRunner(plan, store: store).run() }
    #expect(try store.sessions().isEmpty)
  }

  @Test("There is nothing to resume if no session was interrupted")
  func nothingToResume() async throws {
    await #expect(throws: RunnerError.nothingToResume) {
      try await MeasurementRunner(plan(), store: store).run(resuming: true)
    }
  }
}
