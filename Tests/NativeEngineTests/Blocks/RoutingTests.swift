import Testing

@testable import NativeEngine

/// How scores become experts, against mlx-lm 0.32.2.
@Suite("Routing")
struct RoutingTests {
  private static let scores: [Float] = [0.9, -1.2, 0.3, 2.1, -0.4, 0.7, 1.6, -2.0, 0.1, -0.6, 1.1, 0.5]
  private static let bias: [Float] = [0.05, -0.02, 0.4, -0.3, 0.1, 0, -0.1, 0.6, 0.2, 0.15, -0.25, 0.02]

  /// Picks 4 of the 12 experts.
  private func choose(
    _ scores: [Float] = scores, function: Experts.Routing.Function = .sigmoid,
    groups: Experts.Routing.Groups? = nil, normalization: Experts.Routing.Normalization = .none, scale: Float = 1,
    bias: [Float]? = bias
  ) -> [ExpertChoice] {
    let routing = Experts.Routing(
      expertCount: 12, picked: 4, function: function, groups: groups, normalization: normalization, scale: scale,
      selectionBias: bias)
    var choices = [ExpertChoice](repeating: .none, count: 4)
    routing.choose(scores, into: &choices)
    return choices
  }

  private func expect(_ choices: [ExpertChoice], _ expected: [(Int32, Float)]) {
    #expect(choices.map(\.expert) == expected.map(\.0))
    for (choice, expected) in zip(choices, expected) { #expect(abs(choice.weight - expected.1) < 2e-6) }
  }

  /// Made by `group_expert_select(scores, bias, 4, groups, kept, scale, normalized)` of `mlx_lm.models.nemotron_h`.
  @Test("Sigmoids pick by the sum with their bias and weigh without it, also within groups")
  func sigmoids() {
    expect(choose(), [(0, 0.710949), (2, 0.574443), (6, 0.832018), (8, 0.524979)])
    expect(
      choose(normalization: .sum(plus: 1e-20), scale: 2.5),
      [(0, 0.672639), (2, 0.543488), (6, 0.787184), (8, 0.49669)])
    expect(
      choose(groups: .init(count: 4, kept: 2), normalization: .sum(plus: 1e-20), scale: 1.8),
      [(0, 0.4843), (2, 0.391311), (6, 0.566772), (8, 0.357617)])
    expect(
      choose(groups: .init(count: 3, kept: 1)), [(0, 0.710949), (1, 0.231475), (2, 0.574443), (3, 0.890903)])
  }

  @Test("An expert of a kept group whose sum is below zero loses to one of another group")
  func belowZero() {
    var bias = Self.bias
    bias[1] = -0.5
    #expect(choose(groups: .init(count: 3, kept: 1), bias: bias).map(\.expert) == [0, 2, 3, 4])
  }

  @Test("Softmax without a bias picks the largest scores, whatever their stride")
  func softmax() {
    let plain = choose(function: .softmax, normalization: .sum(plus: 0), bias: nil)
    #expect(plain.map(\.expert) == [0, 3, 6, 10])
    #expect(abs(plain.reduce(0) { $0 + $1.weight } - 1) < 1e-6)
    let spread: [Float] = Self.scores.flatMap { [$0, 100, -100] }
    let routing = Experts.Routing(
      expertCount: 12, picked: 4, function: .softmax, groups: nil, normalization: .sum(plus: 0), scale: 1,
      selectionBias: nil)
    var choices = [ExpertChoice](repeating: .none, count: 4)
    routing.choose(spread, stride: 3, into: &choices)
    #expect(choices.map(\.expert) == plain.map(\.expert) && choices.map(\.weight) == plain.map(\.weight))
  }

  @Test("Of equal scores the lower expert is picked, and scores that are no numbers pick nothing outside")
  func equalScores() {
    #expect(choose(Array(repeating: 1, count: 12), bias: nil).map(\.expert) == [0, 1, 2, 3])
    for value in [Float.nan, .infinity, -.infinity] {
      let choices = choose(Array(repeating: value, count: 12), function: .softmax, bias: nil)
      #expect(choices.allSatisfy { (0..<12).contains($0.expert) })
    }
  }
}
