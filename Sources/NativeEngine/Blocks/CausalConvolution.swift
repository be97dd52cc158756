import CKernels

/// A convolution of each channel by itself over the newest tokens, its own included.
struct CausalConvolution {
  /// Inputs that it sees.
  let taps: Int
  /// [channel][tap], the oldest input first.
  let weights: [Float]
  /// By channel, zero for none.
  let bias: [Float]

  /// SiLU of the convolution of some neighbouring channels for one token.
  ///
  /// - Parameters:
  ///   - input: The first channel's; the next stands `step` further.
  ///   - history: Earlier inputs, [taps - 1][stride], which are moved on.
  func advance(
    _ channels: Range<Int>, input: UnsafePointer<Float>, step: Int, history: UnsafeMutablePointer<Float>, stride: Int,
    into output: UnsafeMutablePointer<Float>
  ) {
    withPointers(channel: channels.lowerBound) { weights, bias in
      rk_convolve(
        history, Int64(stride), weights, bias, Int64(taps), input, Int64(step), Int64(channels.count), output)
    }
  }

  /// Passes the weights and the bias from a channel on to `body`.
  func withPointers(
    channel: Int, _ body: (_ weights: UnsafePointer<Float>, _ bias: UnsafePointer<Float>) -> Void
  ) {
    weights.withUnsafeBufferPointer { weights in
      bias.withUnsafeBufferPointer { bias in
        guard let weights = weights.baseAddress, let bias = bias.baseAddress else { return }
        body(weights + channel * taps, bias + channel)
      }
    }
  }
}
