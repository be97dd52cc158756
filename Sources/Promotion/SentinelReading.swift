import Envelopes
import Foundation
import JSON
import Measurements
import Store
import Verdicts

/// What a sentinel found: a comparison of a resident with a byte-equal copy of itself, whose every difference is of the
/// host's making.
///
/// It is judged two-sided. Off zero is a sentinel whose interval of the primary effect leaves out no difference, and while
/// the newest one of a host is, nothing is promoted there. Of two equal models a share of 1 - confidence is off zero by
/// chance, at most.
public struct SentinelReading: Sendable, Equatable {
  /// In the database of calibrations.
  public var session: SessionNumber
  /// Seconds since 1970.
  public var startedAt: Double
  public var model: ModelID
  /// Where the copy stood.
  public var copySide: Side
  public var envelopeID: String
  public var envelope: EnvelopeHash
  public var environment: EnvironmentClass
  /// Of the primary effect.
  public var metric: Metric
  /// How many times better the candidate's side was.
  public var ratio: Double
  /// Holds the true ratio with a chance of `confidence`, at whatever number of rounds measuring ended.
  public var interval: ClosedRange<Double>
  /// As the envelope states it.
  public var confidence: Double
  /// What a pair is: a round or, in the form of schema 1, a block under one load.
  public var unit: EnvelopeSchema
  /// The pairs that it rests on.
  public var pairs: Int
  /// The standard deviation of a pair's log-ratio.
  public var deviation: Double
  /// Whether the interval leaves out every difference as large as the effect that the envelope expects; true by blocks,
  /// which expect none.
  public var isSharp: Bool

  public init(
    session: SessionNumber, startedAt: Double, model: ModelID, copySide: Side, envelopeID: String,
    envelope: EnvelopeHash, environment: EnvironmentClass, metric: Metric, ratio: Double, interval: ClosedRange<Double>,
    confidence: Double, unit: EnvelopeSchema, pairs: Int, deviation: Double, isSharp: Bool = true
  ) {
    self.session = session
    self.startedAt = startedAt
    self.model = model
    self.copySide = copySide
    self.envelopeID = envelopeID
    self.envelope = envelope
    self.environment = environment
    self.metric = metric
    self.ratio = ratio
    self.interval = interval
    self.confidence = confidence
    self.unit = unit
    self.pairs = pairs
    self.deviation = deviation
    self.isSharp = isSharp
  }

  /// Whether the interval holds no difference.
  public var coversZero: Bool { interval.contains(1) }

  /// Whether it says that the host is sound or is not: an interval that covers zero because it covers all says neither.
  public var isDecisive: Bool { isSharp || !coversZero }

  /// The standard deviation over rounds of a round's log-ratio, which is an upper estimate of what loads add: it holds the
  /// offsets of both models' loads and the noise that the slices of a round leave. Nil where all blocks share one load.
  public var loadEffect: Double? { unit == .rounds ? deviation : nil }
}

extension SentinelReading {
  /// The id under which a sentinel measures the copy.
  public static func copy(of model: ModelID) -> ModelID { ModelID(rawValue: "\(model)-copy") }

  /// The side of the copy in a sentinel's session; nil if neither is one.
  static func copySide(of session: MeasurementSession) -> Side? {
    guard let resident = session.resident else { return nil }
    if session.candidate == copy(of: resident) { return .candidate }
    return resident == copy(of: session.candidate) ? .resident : nil
  }

  /// Where the copy is to stand next: on the other side than in the newest sentinel, so that an advantage of one side is
  /// told from one of the file.
  public static func nextCopySide(in calibration: MeasurementStore, host: String) throws(StoreError) -> Side {
    try calibration.sentinels(host: host).first.flatMap { copySide(of: $0.session) }?.other ?? .candidate
  }

  /// The newest sentinels of a host per environment class and envelope, newest first, back to one that is decisive; none
  /// without the database.
  ///
  /// One that lacks what its effect needs, by too many void blocks for instance, says nothing, and the one before it
  /// stands.
  ///
  /// - Parameters:
  ///   - calibration: The database of calibrations.
  ///   - mayMigrate: Whether an older database is brought up to date; else it is an error.
  /// - Throws: `StoreError`.
  public static func newest(
    in calibration: URL, host: String, mayMigrate: Bool = true
  ) throws -> [SentinelReading] {
    guard FileManager.default.fileExists(atPath: calibration.path) else { return [] }
    let store = try readable(calibration, mayMigrate: mayMigrate)
    var readings: [SentinelReading] = []
    for heading in try store.sentinels(host: host) {
      let isSuperseded = readings.contains {
        $0.isDecisive && $0.environment == heading.session.environment && $0.envelope == heading.session.envelopeHash
      }
      if !isSuperseded, let reading = try read(heading.number, in: store) { readings.append(reading) }
    }
    return readings
  }

  /// An older schema must not hide what its sentinels found, so it is brought up to date; else, nothing is written.
  private static func readable(_ calibration: URL, mayMigrate: Bool) throws -> MeasurementStore {
    do {
      return try MeasurementStore(at: calibration, mode: .readOnly)
    } catch StoreError.file(_, .olderSchema) where mayMigrate {
      return try MeasurementStore(at: calibration, mode: .readWrite)
    }
  }

  /// Judges one sentinel; nil if the comparison is none or lacks what its effect needs.
  ///
  /// - Throws: `StoreError`.
  public static func read(_ number: SessionNumber, in calibration: MeasurementStore) throws -> SentinelReading? {
    let evidence = try calibration.evidence(number)
    guard let copySide = copySide(of: evidence.session), let judge = try? Judge(VerdictInputs(evidence)),
      let verdict = try? judge.verdict()
    else { return nil }
    let effects = verdict.objectives.compactMap { objective -> (metric: Metric, effect: RatioEffect)? in
      guard objective.gaps.isEmpty, case .ratio(let effect)? = objective.effect else { return nil }
      return (objective.metric, effect)
    }
    // By blocks several objectives share the error; any of them may be off.
    guard let primary = effects.first(where: { !$0.effect.interval.contains(1) }) ?? effects.first else { return nil }
    let (session, effect) = (evidence.session, primary.effect)
    let expected = judge.envelope.promotion.objectives.first?.expectedEffect
    return SentinelReading(
      session: number, startedAt: session.startedAt,
      model: copySide == .candidate ? session.resident ?? session.candidate : session.candidate, copySide: copySide,
      envelopeID: session.envelopeID, envelope: session.envelopeHash, environment: session.environment,
      metric: primary.metric, ratio: effect.ratio, interval: effect.interval.lower...effect.interval.upper,
      confidence: effect.interval.confidence, unit: verdict.schema, pairs: effect.blocks, deviation: effect.deviation,
      isSharp: isSharp(effect.interval.lower...effect.interval.upper, expecting: expected))
  }

  /// Whether an interval of ratios leaves out a gain and a loss of that size.
  static func isSharp(_ interval: ClosedRange<Double>, expecting effect: Double?) -> Bool {
    guard let effect else { return true }
    return interval.lowerBound > 1 / (1 + effect) && interval.upperBound < 1 + effect
  }
}

extension [SentinelReading] {
  /// The one that forbids promotions: the newest decisive one of its environment class is off zero; nil if each covers it.
  ///
  /// - Precondition: The newest come first.
  public var blocking: SentinelReading? {
    let newest = EnvironmentClass.allCases.compactMap { environment in
      first { $0.environment == environment && $0.isDecisive }
    }
    return newest.first { !$0.coversZero }
  }
}
