/// How much a host's times scatter, all as natural logarithms of a time, so that 0.02 is about 2 %.
public struct NoiseLevels: Sendable, Equatable {
  /// The standard deviation of one repetition around the host's speed at that moment.
  public var repetition: Double
  /// The standard deviation of the host's speed around its mean, where it drifts.
  public var drift: Double
  /// The correlation of the host's speed from one repetition to the next.
  public var driftCorrelation: Double
  /// How much slower a warm host is than a cold one.
  public var ramp: Double
  /// The share of repetitions in which a burst of interference begins; it lasts three repetitions on average.
  public var burstRate: Double
  /// The mean slow-down of a burst, which is exponentially distributed.
  public var burstSlowdown: Double

  public init(
    repetition: Double, drift: Double, driftCorrelation: Double, ramp: Double, burstRate: Double, burstSlowdown: Double
  ) {
    self.repetition = repetition
    self.drift = drift
    self.driftCorrelation = driftCorrelation
    self.ramp = ramp
    self.burstRate = burstRate
    self.burstSlowdown = burstSlowdown
  }

  /// Those of a shared two-core virtual machine, which is noisier than a workstation: what is assumed of a host without
  /// samples.
  public static let assumed = NoiseLevels(
    repetition: 0.02, drift: 0.03, driftCorrelation: 0.95, ramp: 0.1, burstRate: 0.02, burstSlowdown: 0.1)
}
