import Foundation

extension NightTask {
  /// The task in a few words.
  public var phrase: String {
    let models =
      kind == .sentinel
      ? "\(resident) against its copy"
      : kind == .screening ? "\(candidate) alone" : "\(candidate) against \(resident)"
    return "\(kind.rawValue) of \(models), \(envelopeID), \(environment.rawValue)" + (resumes ? ", resumed" : "")
  }

  /// The minutes that it is expected to take.
  public var expectation: String { String(format: isGuess ? "about %.1f min (a guess)" : "%.1f min", minutes) }
}

extension NightResult {
  /// What came of it, in a word or two.
  var outcome: String {
    guard let verdict, state == .done else { return state.rawValue.replacing("_", with: " ") }
    let promotion = promotion.map {
      $0.action == .edited ? ", promoted" : ", \($0.action.rawValue.replacing("_", with: " "))"
    }
    return verdict.outcome.rawValue + (verdict.isProvisional ? ", provisional" : ", final") + (promotion ?? "")
  }
}
