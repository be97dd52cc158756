import Platform

/// A fixed computation that shows how fast the processor is right now.
enum CalibrationLoop {
  static let duration: UInt64 = 200_000_000

  /// Steps a second over 200 ms of one thread: a generator of Marsaglia's (xorshift64), which memory cannot slow down.
  static func rate() -> Double {
    let start = Machine.monotonicNanoseconds
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    var steps = 0
    var elapsed: UInt64 = 0
    repeat {
      for _ in 0..<10_000 {
        state ^= state &<< 13
        state ^= state &>> 7
        state ^= state &<< 17
      }
      steps += 10_000
      elapsed = Machine.monotonicNanoseconds - start
    } while elapsed < duration
    // Uses the result, so that the loop is not optimized away; the generator never reaches zero.
    return state == 0 ? 0 : Double(steps) / (Double(elapsed) * 1e-9)
  }
}
