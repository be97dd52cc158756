import JSON
import Measurements

/// All that is stored of one session but its samples.
public struct SessionRecord: Sendable, Equatable {
  public var number: SessionNumber
  public var session: MeasurementSession
  public var state: MeasurementSession.State
  /// The envelope's whole text.
  public var envelope: JSONValue
  /// In the order of loading; a side has more than one where its worker was started anew.
  public var runs: [Run]
  /// In the order of recording.
  public var voids: [BlockVoid]

  /// The run that began that side; nil is the side of a session that measured one model.
  public func run(of side: Side?) -> Run? { runs.first { $0.side == side } }
}
