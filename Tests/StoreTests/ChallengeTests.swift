import TestSupport
import Foundation
import Measurements
import TestSupport
import Testing

@testable import Store

@Suite("Challenges of a resident")
struct ChallengeTests {
  private let folder: TemporaryFolder
  private let store: MeasurementStore

  init() throws {
    folder = try TemporaryFolder()
    store = try MeasurementStore.fresh(in: folder)
  }

  /// Opens a session of these weights, begins its runs, and ends it in that state.
  @discardableResult
  private func session(
    _ candidate: String, role: Role? = "default", threads: Int = 2, state: MeasurementSession.State = .complete,
    resident: String = "a"
  ) throws -> Int? {
    let count = try store.sessions().count
    var session = Fixture.session(startedAt: 1_763_866_260 + Double(count))
    session.role = role
    let engine = EngineBuild(name: "native", version: "1", instructionSet: "avx2", threads: threads)
    let runs = [
      Fixture.run(.resident, weights: resident, engine: engine),
      Fixture.run(.candidate, weights: candidate, engine: engine),
    ]
    let number = try store.open(session, envelope: Fixture.envelope, runs: runs)
    for run in runs { _ = try store.append(run, to: number) }
    try store.finish(number, state: state)
    return try store.session(number).session.challenge
  }

  @Test("Each new candidate is the next challenge; a re-run of one that was finished keeps its number")
  func counting() throws {
    #expect(try session("b") == 1)
    #expect(try session("c") == 2)
    #expect(try session("b") == 1)
    #expect(try session("d") == 3)
    #expect(try store.challenges(of: Fixture.session().resident ?? "", role: "default") == 3)
  }

  @Test("Dropping a comparison and beginning anew is another challenge")
  func dropped() throws {
    #expect(try session("b", state: .interrupted) == 1)
    #expect(try session("b") == 2)
    #expect(try session("b") == 2)
  }

  @Test("Another engine build cannot add to the evidence, so it is another challenge")
  func otherBuild() throws {
    #expect(try session("b") == 1)
    #expect(try session("b", threads: 4) == 2)
  }

  @Test("Comparisons that name no role count for every role, and a new resident begins anew")
  func roles() throws {
    #expect(try session("b", role: nil) == 1)
    #expect(try session("c", role: "coding") == 2)
    #expect(try session("d", role: "default") == 2)
    #expect(try session("b", resident: "z") == 1)
  }

  @Test("Unverified weights are no challenge")
  func unverified() throws {
    let number = try store.open(Fixture.session(), envelope: Fixture.envelope)
    #expect(try store.session(number).session.challenge == nil)
  }

  @Test("A session's predecessors are the complete ones of its challenge that began before")
  func predecessors() throws {
    try session("b")
    try session("c")
    try session("b")
    #expect(try store.predecessors(of: 3).map(\.rawValue) == [1])
    #expect(try store.predecessors(of: 1).isEmpty)
  }
}
