/// How much work one rendering may do before it is refused.
///
/// A template comes with a model's weights, from whoever published them, so none is trusted to end by itself.
public struct RenderLimits: Sendable, Equatable {
  /// Evaluated nodes, iterations and, at 32 bytes a step, text handled.
  public var steps: Int
  /// UTF-8 bytes of the output, and of any one string on the way to it.
  public var outputBytes: Int
  /// Statements, expressions and macro calls inside one another, and levels of a value.
  public var depth: Int

  public init(steps: Int, outputBytes: Int, depth: Int) {
    self.steps = steps
    self.outputBytes = outputBytes
    self.depth = depth
  }

  /// Enough for a million-token conversation with hundreds of tools.
  ///
  /// The depth takes at most about 100 KiB of stack in optimized code, and 1 MiB in a debug build.
  public static let standard = RenderLimits(steps: 5_000_000, outputBytes: 64 << 20, depth: 160)
}
