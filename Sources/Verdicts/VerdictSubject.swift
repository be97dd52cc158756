import Measurements

/// What a verdict is about: which weights, measured how, where and under which contract.
public struct VerdictSubject: Sendable, Equatable {
  /// One side, with what is recorded of it but never scored.
  public struct Contender: Sendable, Equatable {
    public let model: ModelID
    /// Nil where the provenance is unverified.
    public let weights: WeightsHash?
    public let proof: ProofLevel
    public let engine: EngineBuild
    public let loadSeconds: Double
    public let readinessSeconds: Double
    /// The largest over the side's samples; 0 where none says.
    public let peakMemoryBytes: Int64
  }

  public let session: String
  public let role: Role?
  public let envelopeID: String
  public let envelopeVersion: Int
  /// Of the envelope that was judged by, which the session's may differ from: see ``Refusal/otherEnvelope``.
  public let envelopeHash: EnvelopeHash
  public let resident: Contender
  public let candidate: Contender
  public let environment: EnvironmentClass
  /// The highest load average before any sample; nil where there are no samples.
  public let highestLoadAverage: Double?
  public let host: Host
}
