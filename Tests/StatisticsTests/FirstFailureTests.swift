import Foundation
import Testing

@testable import Statistics

@Suite("First failures") struct FirstFailureTests {
  @Test(
    "The interval covers the mean at least as often as it says, summed over all outcomes", arguments: [0.02, 0.1, 0.5])
  func coverage(_ probability: Double) throws {
    let trials = 20
    var covered = 0.0
    for trial in 1...trials where try contains(trial, trials, probability) {
      covered += pow(1 - probability, Double(trial - 1)) * probability
    }
    if try contains(nil, trials, probability) { covered += pow(1 - probability, Double(trials)) }
    #expect(covered >= 0.95)
  }

  private func contains(_ trial: Int?, _ trials: Int, _ probability: Double) throws -> Bool {
    try FirstFailure(trial: trial, of: trials).meanInterval(confidence: 0.95).contains(1 / probability)
  }

  @Test("Closed forms: a failure at once, a failure at trial 2, and none in 20") func closedForms() throws {
    let atOnce = try FirstFailure(trial: 1, of: 20).meanInterval(confidence: 0.95)
    #expect(atOnce.lower == 1)
    #expect(abs(atOnce.upper - 40) < 1e-9)
    let second = try FirstFailure(trial: 2, of: 20).meanInterval(confidence: 0.95)
    #expect(abs(second.lower - 1 / 0.975) < 1e-9)
    #expect(abs(second.upper - 1 / (1 - 0.975.squareRoot())) < 1e-6)
    let none = try FirstFailure(trial: nil, of: 20).meanInterval(confidence: 0.95)
    #expect(abs(none.lower - 1 / (1 - pow(0.025, 1.0 / 20))) < 1e-9)
    #expect(none.upper == .infinity)
  }

  @Test("A trial that is none of the trials is refused") func invalid() {
    #expect(throws: StatisticsError.self) { try FirstFailure(trial: 3, of: 2) }
    #expect(throws: StatisticsError.self) { try FirstFailure(trial: nil, of: 0) }
  }
}
