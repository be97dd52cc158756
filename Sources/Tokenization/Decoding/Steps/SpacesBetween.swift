/// No decoder at all: tokens with a space between them.
struct SpacesBetween: DecoderStep {
  private var isFirst = true

  mutating func append(_ token: [UInt8]) -> [[UInt8]] {
    defer { isFirst = false }
    return [isFirst ? token : [UInt8(ascii: " ")] + token]
  }
}
