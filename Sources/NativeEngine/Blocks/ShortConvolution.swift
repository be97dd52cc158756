import CKernels

/// A short causal convolution between two gates, as LFM2 has it (Liquid AI 2025, arXiv 2511.23404):
/// output(after ⊙ convolution(before ⊙ x)), where one product makes `before`, `after` and x of the input.
struct ShortConvolution: RecurrentMixer {
  /// [3 × channels]: the gates before, the gates after, and what both multiply.
  let input: Linear
  let output: Linear
  let convolution: CausalConvolution

  private static let channelsPerPart = 128

  var channels: Int { output.columns }
  var inputs: [(linear: Linear, register: Register)] { [(input, .mixed)] }
  var partCount: Int { (channels + Self.channelsPerPart - 1) / Self.channelsPerPart }
  /// The latest inputs of a part's channels.
  var floatsPerPart: Int { (convolution.taps - 1) * Self.channelsPerPart }
  var scratchCount: Int { 0 }

  func advance(
    _ part: Int, state: UnsafeMutablePointer<Float>, registers: RegisterFile, tokens: Range<Int>,
    scratch: UnsafeMutablePointer<Float>, functions: rk_kernels
  ) {
    let first = part * Self.channelsPerPart
    let count = min(Self.channelsPerPart, channels - first)
    let width = registers.width
    var token = tokens.lowerBound
    while token < tokens.upperBound {
      // Neighbours in a panel.
      let neighbours = min(tokens.upperBound - token, width - token % width)
      func input(_ index: Int) -> UnsafeMutablePointer<Float> {
        registers.place(.mixed, features: 3 * channels, feature: index * channels + first, token: token)
      }
      convolution.withPointers(channel: first) { weights, bias in
        rk_gated_convolve(
          state, weights, bias, Int64(convolution.taps), input(0), input(1), input(2), Int64(width), Int64(count),
          Int64(neighbours), registers.place(.query, features: channels, feature: first, token: token))
      }
      token += neighbours
    }
  }
}
