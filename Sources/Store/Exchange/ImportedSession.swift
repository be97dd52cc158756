import JSON
import Measurements

/// A complete session that another database held.
public struct ImportedSession: Sendable {
  public var session: MeasurementSession
  public var envelope: JSONValue
  /// In the order of loading.
  public var runs: [Run]
  /// Of each run, in the order of measurement.
  public var samples: [[Sample]]
  public var voids: [BlockVoid]
  public var surroundings: Surroundings

  public init(
    session: MeasurementSession, envelope: JSONValue, runs: [Run], samples: [[Sample]], voids: [BlockVoid],
    surroundings: Surroundings = Surroundings()
  ) {
    self.session = session
    self.envelope = envelope
    self.runs = runs
    self.samples = samples
    self.voids = voids
    self.surroundings = surroundings
  }
}
