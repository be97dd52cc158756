import Measurements

/// A line of the list of sessions.
public struct SessionSummary: Sendable, Equatable {
  public var number: SessionNumber
  public var session: MeasurementSession
  public var state: MeasurementSession.State
  /// Samples of either side, whatever their status.
  public var sampleCount: Int
  /// Those with the status `success`.
  public var successCount: Int
  public var voidCount: Int
  /// The outcome of the verdict recorded last.
  public var outcome: String?
}
