/// How a text that is longer than a context is read: in windows that overlap, each token scored once.
public struct TextWindows: Sendable, Equatable {
  /// Tokens of a window.
  public let length: Int
  /// Tokens from the start of a window to the next one's.
  public let stride: Int

  /// One window.
  public struct Window: Sendable, Equatable {
    /// The tokens that are read.
    public let range: Range<Int>
    /// The tokens whose probability counts: those that no earlier window scored, but for the text's very first.
    public let scored: Range<Int>
  }

  /// Nil unless 1 ≤ stride < length, so that every scored token has one before it in its window.
  public init?(length: Int, stride: Int) {
    guard stride >= 1, stride < length else { return nil }
    self.length = length
    self.stride = stride
  }

  /// Windows of 512 tokens, a new one each 256: a scored token has at least 256 before it, but in the first window.
  public static let standard = TextWindows(unchecked: 512, 256)

  private init(unchecked length: Int, _ stride: Int) { (self.length, self.stride) = (length, stride) }

  /// The windows of a text of `count` tokens.
  public func windows(of count: Int) -> [Window] {
    var windows: [Window] = []
    var firstScored = 1
    var start = 0
    while firstScored < count {
      let end = min(start + length, count)
      windows.append(Window(range: start..<end, scored: firstScored..<end))
      firstScored = end
      start += stride
    }
    return windows
  }
}
