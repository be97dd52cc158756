import Testing

@testable import NativeEngine

@Suite("Sampler")
struct SamplerTests {
  private func draw(_ logits: [Float], _ settings: Sampler.Settings, count: Int = 1) -> [Int32] {
    var sampler = Sampler(settings)
    return logits.withUnsafeBufferPointer { buffer in (0..<count).map { _ in sampler.next(buffer) } }
  }

  @Test("Temperature 0 takes the likeliest token, the lowest id of equals")
  func greedy() {
    #expect(draw([1, 3, 3, 2], .greedy) == [1])
  }

  @Test("The same seed draws the same tokens and another seed others")
  func seeds() {
    let logits = (0..<100).map { Float($0 % 7) }
    let first = draw(logits, .init(temperature: 1, seed: 1), count: 50)
    #expect(first == draw(logits, .init(temperature: 1, seed: 1), count: 50))
    #expect(first != draw(logits, .init(temperature: 1, seed: 2), count: 50))
  }

  @Test("Frequencies follow the softmax of the logits")
  func frequencies() {
    let drawn = draw([0, 1.0986123], .init(temperature: 1, seed: 3), count: 20_000)
    let share = Double(drawn.filter { $0 == 1 }.count) / 20_000
    // Odds of 3 to 1; five standard errors.
    #expect(abs(share - 0.75) < 0.016)
  }

  @Test("A small top-p never leaves the likeliest tokens")
  func topP() {
    let drawn = draw([5, 4.9, 0, 0, 0], .init(temperature: 1, topP: 0.9, seed: 4), count: 1_000)
    #expect(Set(drawn) == [0, 1])
  }
}
