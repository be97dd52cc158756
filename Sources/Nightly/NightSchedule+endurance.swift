import Envelopes
import Foundation
import Measurements

extension NightSchedule {
  private static let secondsBetween = 7 * 86_400.0
  /// Seconds that a request is guessed to take if no stream was played yet.
  private static let guessedSeconds = 1.0

  /// A task for each role whose resident has a stream to play, and why it waits; nil if it is due.
  ///
  /// Whatever a role's resident was by then: another one is due at once.
  static func endurance(
    _ plan: NightPlan, _ survey: NightSurvey, now: Double
  ) -> [(task: NightTask, wait: String?)] {
    guard let envelope = plan.endurance else { return [] }
    return plan.roles.compactMap { role in
      guard let resident = survey.residents[role] else { return nil }
      let earlier = survey.past.filter {
        $0.resident == nil && $0.role == role && $0.candidate == resident && $0.envelope == envelope.hash
          && $0.state == .complete
      }
      let longest = earlier.compactMap(\.minutes).max()
      let task = NightTask(
        kind: .endurance, role: role, resident: resident, candidate: resident, envelope: 0, envelopeID: envelope.id,
        environment: plan.environments[0], resumes: false,
        minutes: longest ?? envelope.guessedStreamMinutes(guessedSeconds),
        isGuess: longest == nil, reason: "once a week, whether memory grows")
      let passed = earlier.map { now - $0.startedAt }.min()
      guard let passed, passed < secondsBetween else { return (task, nil) }
      return (task, String(format: "was done %.1f days ago, and is once a week", passed / 86_400))
    }
  }
}

extension Envelope {
  fileprivate func guessedStreamMinutes(_ secondsPerRequest: Double) -> Double {
    endurance.reduce(0) { sum, cell in
      switch cell.length {
      case .requests(let count): sum + Double(count) * secondsPerRequest / 60
      case .minutes(let minutes): sum + minutes
      }
    }
  }
}
