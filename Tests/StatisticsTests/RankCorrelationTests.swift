import Testing

@testable import Statistics

@Suite("Rank correlations")
struct RankCorrelationTests {
  @Test("Correlations, and the jackknife of their difference, agree with SciPy's")
  func golden() throws {
    for golden in try Golden.cases("rankCorrelation") {
      let count = Int(golden.in[1])
      let series = (0..<3).map { Array(golden.in[(2 + $0 * count)..<(2 + ($0 + 1) * count)]) }
      let rho = try #require(
        RankCorrelationDifference(gold: series[0], resident: series[1], candidate: series[2]))
      let interval = rho.interval(confidence: golden.in[0])
      expect(
        [rho.resident, rho.candidate, rho.standardError, interval.lower, interval.upper], like: golden, relative: 1e-9,
        absolute: 1e-9)
    }
  }

  @Test("What does not vary has no rank correlation, and neither have series of two lengths")
  func undefined() {
    #expect(RankCorrelation.spearman([1, 2, 3], [5, 5, 5]) == nil)
    #expect(RankCorrelation.spearman([1, 2, 3], [1, 2]) == nil)
    #expect(RankCorrelation.spearman([], []) == nil)
    #expect(RankCorrelationDifference(gold: [1, 2, 3], resident: [1, 2, 3], candidate: [4, 4, 4]) == nil)
    // Without the one that differs, the others do not vary.
    #expect(RankCorrelationDifference(gold: [1, 2, 3, 4], resident: [1, 2, 3, 4], candidate: [4, 4, 4, 5]) == nil)
  }

  @Test("Only the order counts, and swapping the models mirrors the interval")
  func order() throws {
    let gold: [Double] = [0, 1, 2, 3, 4, 5, 6, 7]
    let (one, two): ([Double], [Double]) = (
      [0.1, 0.3, 0.2, 0.5, 0.4, 0.9, 0.8, 0.7], [0.1, 0.2, 0.3, 0.4, 0.9, 0.5, 0.7, 0.8]
    )
    let rho = try #require(RankCorrelationDifference(gold: gold, resident: one, candidate: two))
    let cubed = try #require(
      RankCorrelationDifference(
        gold: gold.map { $0 * $0 * $0 }, resident: one.map { 10 * $0 - 3 }, candidate: two.map { $0 * $0 }))
    #expect(rho == cubed)
    let swapped = try #require(RankCorrelationDifference(gold: gold, resident: two, candidate: one))
    let (interval, mirrored) = (rho.interval(confidence: 0.9), swapped.interval(confidence: 0.9))
    #expect(abs(interval.lower + mirrored.upper) < 1e-12 && abs(interval.upper + mirrored.lower) < 1e-12)
  }

  @Test("The interval misses the true difference about as often as it says, at the sizes of real tasks")
  func coverage() throws {
    // Gold scores with ties, and two models whose errors are alike in part; the truth is that of 200,000 pairs.
    var generator = SampleGenerator(seed: 27)
    func pairs(_ count: Int) -> (gold: [Double], resident: [Double], candidate: [Double]) {
      var made: (gold: [Double], resident: [Double], candidate: [Double]) = ([], [], [])
      for _ in 0..<count {
        let (truth, shared) = (generator.normal(), generator.normal())
        made.gold.append((2 * truth).rounded())
        made.resident.append(truth + 0.5 * shared + 0.4 * generator.normal())
        made.candidate.append(truth + 0.5 * shared + 0.7 * generator.normal())
      }
      return made
    }
    let many = pairs(200_000)
    let truth =
      try #require(RankCorrelation.spearman(many.gold, many.candidate))
      - (try #require(RankCorrelation.spearman(many.gold, many.resident)))
    for count in [40, 150] {
      var missed = 0
      for _ in 0..<400 {
        let made = pairs(count)
        let rho = try #require(
          RankCorrelationDifference(gold: made.gold, resident: made.resident, candidate: made.candidate))
        if !rho.interval(confidence: 0.95).contains(truth) { missed += 1 }
      }
      // 20 of 400 are expected; 8 to 36 hold in all but 1 of 1,000 runs of a right interval.
      #expect((6...36).contains(missed), "\(missed) of 400 at \(count) pairs")
    }
  }
}
