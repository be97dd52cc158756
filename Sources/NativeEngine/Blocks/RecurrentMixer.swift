import CKernels

/// A mixer that remembers a state of fixed size instead of keys and values of all tokens.
///
/// It projects its input, moves the state on token by token, and projects what it reads of it.
protocol RecurrentMixer {
  /// Products of the normalized input, and where they go.
  var inputs: [(linear: Linear, register: Register)] { get }
  /// Of what `advance` writes.
  var output: Linear { get }
  /// Parts of the state that know nothing of each other.
  var partCount: Int { get }
  /// Floats that a part remembers; all zero at the beginning.
  var floatsPerPart: Int { get }
  /// Floats of scratch for one part.
  var scratchCount: Int { get }

  /// Moves a part of the state on by some tokens, and writes its features of the register `query`.
  ///
  /// - Parameters:
  ///   - state: `floatsPerPart` floats.
  ///   - scratch: `scratchCount` floats.
  func advance(
    _ part: Int, state: UnsafeMutablePointer<Float>, registers: RegisterFile, tokens: Range<Int>,
    scratch: UnsafeMutablePointer<Float>, functions: rk_kernels
  )
}

extension RecurrentMixer {
  /// Floats that one layer remembers.
  var stateCount: Int { partCount * floatsPerPart }

  /// The features of a token in a register, 0 if it is not used.
  func features(of register: Register) -> Int {
    register == .query ? output.columns : inputs.first { $0.register == register }?.linear.rows ?? 0
  }

  /// hidden += output(state's result), or mixed = that if a norm follows.
  func run(_ pass: some Pass, layer: Int, into sum: Register) {
    pass.multiply(inputs.map { ($0.linear, $0.register, false) }, from: .normed)
    pass.remember(self, layer: layer)
    guard let pass = pass.narrowed else { return }
    pass.observe(.mixerOutput, .query)
    pass.multiply([(output, sum, sum == .hidden)], from: .query)
  }
}
