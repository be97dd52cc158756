/// How the two models answered one item.
public enum PairedAnswer: String, Sendable, Hashable, CaseIterable, Codable {
  case bothRight
  case onlyResidentRight
  case onlyCandidateRight
  case bothWrong

  public init(residentRight: Bool, candidateRight: Bool) {
    switch (residentRight, candidateRight) {
    case (true, true): self = .bothRight
    case (true, false): self = .onlyResidentRight
    case (false, true): self = .onlyCandidateRight
    case (false, false): self = .bothWrong
    }
  }

  /// Candidate's score minus the resident's: −1, 0 or 1.
  public var difference: Int {
    switch self {
    case .bothRight, .bothWrong: 0
    case .onlyResidentRight: -1
    case .onlyCandidateRight: 1
    }
  }
}
