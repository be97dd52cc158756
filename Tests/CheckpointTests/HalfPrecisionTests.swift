import Testing

@testable import Checkpoint

@Suite("Half precision")
struct HalfPrecisionTests {
  @Test("Every finite binary16 survives a round trip through a float")
  func halfRoundTrip() {
    var changed: [UInt16] = []
    for bits in UInt16.min ... .max where bits & 0x7C00 != 0x7C00 {
      if HalfPrecision.half(HalfPrecision.float(half: bits)) != bits { changed.append(bits) }
    }
    #expect(changed.isEmpty)
  }

  @Test("Every finite bfloat16 survives a round trip through a float")
  func bfloat16RoundTrip() {
    var changed: [UInt16] = []
    for bits in UInt16.min ... .max where bits & 0x7F80 != 0x7F80 {
      if HalfPrecision.bfloat16(HalfPrecision.float(bfloat16: bits)) != bits { changed.append(bits) }
    }
    #expect(changed.isEmpty)
  }

  @Test("Known values of binary16, ties to even and the limits")
  func knownHalves() {
    #expect(HalfPrecision.float(half: 0x3C00) == 1)
    #expect(HalfPrecision.float(half: 0x0001) == 0x1p-24)
    #expect(HalfPrecision.float(half: 0xFBFF) == -65504)
    #expect(HalfPrecision.float(half: 0x7C00) == .infinity)
    #expect(HalfPrecision.float(half: 0x7E00).isNaN)
    #expect(HalfPrecision.half(65519.996) == 0x7BFF)
    #expect(HalfPrecision.half(65520) == 0x7C00)
    #expect(HalfPrecision.half(1 + 0x1p-11) == 0x3C00)
    #expect(HalfPrecision.half(1 + 0x1.8p-10) == 0x3C02)
    #expect(HalfPrecision.half(0x1p-25) == 0)
    #expect(HalfPrecision.half(0x1.8p-25) == 1)
    #expect(HalfPrecision.half(-.infinity) == 0xFC00)
    #expect(HalfPrecision.half(.nan) & 0x7FFF == 0x7E00)
  }

  @Test("Known values of bfloat16")
  func knownBfloat16s() {
    #expect(HalfPrecision.bfloat16(1 + 0x1p-8) == 0x3F80)
    #expect(HalfPrecision.bfloat16(1 + 0x1.8p-7) == 0x3F82)
    #expect(HalfPrecision.bfloat16(.greatestFiniteMagnitude) == 0x7F80)
    #expect(HalfPrecision.float(bfloat16: HalfPrecision.bfloat16(.nan)).isNaN)
  }
}
