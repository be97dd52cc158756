/// How it is known which weights answered.
public enum ProofLevel: String, Sendable, CaseIterable, Comparable {
  /// Only a label was seen.
  case unverified
  /// The answers fit the weights of the folder, and of no other lane, as the native engine computes them.
  case fingerprint
  /// The process that serves has the files.
  case process
  /// The process that measured has hashed the files it loaded.
  case hashed

  public static func < (one: ProofLevel, other: ProofLevel) -> Bool { one.rank < other.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
