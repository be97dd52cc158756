import Measurements

/// A session without anything that was measured in it.
public struct SessionHeading: Sendable, Equatable {
  public var number: SessionNumber
  public var session: MeasurementSession
  public var state: MeasurementSession.State

  public init(number: SessionNumber, session: MeasurementSession, state: MeasurementSession.State) {
    self.number = number
    self.session = session
    self.state = state
  }
}
