import Foundation
import JSON
import Measurements
import Store
import Testing

@testable import Promotion

@Suite("The sentinel at a promotion")
struct SentinelTests {
  private let comparison: MeasuredComparison

  init() throws { comparison = try MeasuredComparison(speed: 1.25) }

  private var host: String {
    get throws { try comparison.store.session(comparison.number).session.host.fingerprint }
  }

  private func promote(isDryRun: Bool = false) throws -> PromotionDecision {
    try comparison.promoter.promote(comparison.number, roles: ["default"], permissions: .init(isDryRun: isDryRun))
  }

  /// Adds a comparison of the resident with its copy to the database beside that of the comparison.
  ///
  /// - Parameter speed: The candidate's side relative to the resident's.
  @discardableResult
  private func measure(
    _ speed: Double, copy copySide: Side = .candidate, at start: Double = 1_700_100_000,
    in environment: EnvironmentClass = .isolated, role: Role? = "default",
    ending state: MeasurementSession.State = .complete
  ) throws -> SessionNumber {
    let record = try comparison.store.session(comparison.number)
    let store = try MeasurementStore(at: comparison.store.calibrationURL, mode: .readWrite)
    let model = ModelID("org/old")
    let models = Dictionary(
      uniqueKeysWithValues: Side.allCases.map { ($0, $0 == copySide ? SentinelReading.copy(of: model) : model) })
    var session = record.session
    session.uuid = UUID().uuidString.lowercased()
    (session.startedAt, session.environment, session.role) = (start, environment, role)
    session.resident = models[.resident]
    session.candidate = models[.candidate] ?? model
    session.challenge = nil
    let number = try store.open(session, envelope: record.envelope)
    for side in Side.allCases {
      var run = record.runs[0]
      (run.side, run.model) = (side, models[side] ?? model)
      let runNumber = try store.append(run, to: number)
      for sample in try comparison.store.samples(of: comparison.number, side: .resident) {
        try store.append(side == .candidate ? sample.faster(by: speed) : sample, to: runNumber)
      }
    }
    try store.finish(number, state: state)
    return number
  }

  @Test(
    "While it is off zero, on whichever side and wherever the copy stands, a win is not promoted",
    arguments: [1.03, 0.97], Side.allCases)
  func offZero(speed: Double, copySide: Side) throws {
    let number = try measure(speed, copy: copySide)
    for isDryRun in [true, false] {
      let decision = try promote(isDryRun: isDryRun)
      #expect(decision.action == .sentinelOffZero && decision.exitCode == .hold)
      let sentinel = try #require(decision.sentinel)
      #expect(sentinel.session == number && sentinel.copySide == copySide && sentinel.model == "org/old")
      #expect(abs(sentinel.ratio - speed) < 1e-3 && abs(sentinel.confidence - 0.95) < 1e-9)
      let percent = String(format: "%+.2f %%", (speed - 1) * 100)
      #expect(sentinel.refusal.contains("comparison \(number)") && sentinel.refusal.contains(percent))
      #expect(sentinel.refusal.contains("run it again"))
      #expect(decision.json["sentinel"]?["covers_zero"]?.bool == false)
    }
    #expect(try comparison.registryText == MeasuredComparison.registryText)
    #expect(try comparison.store.registryEdits(role: nil).isEmpty)
  }

  @Test("A later one that covers zero ends that")
  func later() throws {
    try measure(1.03)
    try measure(1, copy: .resident, at: 1_700_200_000)
    #expect(try promote().action == .edited)
  }

  @Test("An interval is sharp if it leaves out a gain and a loss of the expected size")
  func sharpness() {
    #expect(SentinelReading.isSharp(0.98...1.04, expecting: 0.05) && SentinelReading.isSharp(0.5...2, expecting: nil))
    #expect(
      !SentinelReading.isSharp(0.98...1.05, expecting: 0.05) && !SentinelReading.isSharp(0.952...1, expecting: 0.05))
  }

  @Test("The newest counts: an earlier one that covers zero does not help")
  func newest() throws {
    try measure(1, at: 1_700_000_500)
    try measure(1.03)
    #expect(try promote().action == .sentinelOffZero)
  }

  @Test("One of another class, one that was interrupted and one of no role do not end it")
  func others() throws {
    let number = try measure(1.03)
    try measure(1, at: 1_700_200_000, in: .underLoad)
    try measure(1, at: 1_700_300_000, ending: .interrupted)
    try measure(1, at: 1_700_400_000, role: nil)
    #expect(try promote().sentinel?.session == number)
  }

  @Test("What is measured of no role, as with planted effects, forbids nothing")
  func planted() throws {
    try measure(1.5, role: nil)
    #expect(try promote().action == .edited)
  }

  @Test("A win is promoted if there never was one, and the calibration is not created")
  func none() throws {
    #expect(try promote().action == .edited)
    #expect(!FileManager.default.fileExists(atPath: comparison.store.calibrationURL.path))
  }

  @Test("An edit can be taken back meanwhile")
  func rollback() throws {
    _ = try promote()
    try measure(1.03)
    _ = try comparison.promoter.log.rollBack("default", isDryRun: false)
    #expect(try comparison.registryText == MeasuredComparison.registryText)
  }

  @Test("The copy stands on the other side each time")
  func alternation() throws {
    try measure(1, copy: .candidate, at: 1_700_100_000)
    let calibration = try MeasurementStore(at: comparison.store.calibrationURL, mode: .readOnly)
    #expect(try SentinelReading.nextCopySide(in: calibration, host: host) == .resident)
    try measure(1, copy: .resident, at: 1_700_200_000)
    #expect(try SentinelReading.nextCopySide(in: calibration, host: host) == .candidate)
    #expect(try SentinelReading.nextCopySide(in: calibration, host: "another") == .candidate)
  }

  @Test("Of the envelopes and classes of a host the newest of each is read, newest first")
  func readings() throws {
    try measure(1.03)
    let busy = try measure(1, at: 1_700_200_000, in: .underLoad)
    let quiet = try measure(0.97, at: 1_700_300_000)
    let readings = try SentinelReading.newest(in: comparison.store.calibrationURL, host: host)
    #expect(readings.map(\.session) == [quiet, busy])
    #expect(readings.map(\.coversZero) == [false, true] && readings.blocking?.session == quiet)
    #expect(try SentinelReading.newest(in: comparison.store.calibrationURL, host: "another").isEmpty)
  }
}

extension Sample {
  /// The sample with all its times divided.
  fileprivate func faster(by factor: Double) -> Sample {
    guard case .throughput(var reading) = outcome else { return self }
    reading.tokenNanoseconds = reading.tokenNanoseconds.map { Int64(Double($0) / factor) }
    reading.slices = reading.slices.map { slice in
      var slice = slice
      slice.nanoseconds = Int64((Double(slice.nanoseconds) / factor).rounded(.up))
      return slice
    }
    var sample = self
    sample.outcome = .throughput(reading)
    return sample
  }
}
