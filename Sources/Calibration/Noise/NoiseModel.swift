/// A way in which a host disturbs measurements; each has the scatter of repetitions, and one disturbance of its own.
public enum NoiseModel: String, Sendable, CaseIterable {
  /// Independent normal scatter and nothing else.
  case white
  /// The host's speed drifts: an autoregressive process.
  case drift
  /// The host warms up within some twenty repetitions and cools down in pauses.
  case thermal
  /// Something else runs now and then.
  case bursts
  /// The scatter is Student's t with three degrees of freedom.
  case heavyTails = "heavy_tails"
}
