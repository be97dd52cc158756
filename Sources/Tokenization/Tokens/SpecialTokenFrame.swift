/// The special tokens that a post-processor puts around one text.
struct SpecialTokenFrame: Sendable, Equatable {
  var prefix: [TokenID] = []
  var suffix: [TokenID] = []
}
