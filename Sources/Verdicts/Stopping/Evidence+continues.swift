import Measurements

extension Evidence {
  /// Whether this comparison adds to the evidence of that earlier one: the same weights on both sides, envelope, host,
  /// environment and engine, and the same challenge, which the store gives to no comparison that follows an unfinished
  /// one.
  public func continues(_ earlier: Evidence) -> Bool {
    guard earlier.state == .complete, earlier.session.startedAt < session.startedAt,
      let challenge = session.challenge, challenge == earlier.session.challenge
    else { return false }
    return session.envelopeHash == earlier.session.envelopeHash && session.role == earlier.session.role
      && session.environment == earlier.session.environment
      && session.host.fingerprint == earlier.session.host.fingerprint
      && Side.allCases.allSatisfy { side in
        run(of: side).weights != nil && run(of: side).weights == earlier.run(of: side).weights
          && run(of: side).engine == earlier.run(of: side).engine
      }
  }
}
