import CKernels
import Foundation

/// A gated delta net (Yang et al. 2024, arXiv 2412.06464) after a short causal convolution, as Qwen3-Next and Qwen3.5 have
/// it: instead of keys and values of all tokens it remembers one matrix per head.
struct DeltaNet: RecurrentMixer {
  let keyHeads: Int
  /// A multiple of `keyHeads`.
  let valueHeads: Int
  let keyDimension: Int
  let valueDimension: Int
  let projections: Projections
  /// Of the queries of all heads, then keys, then values.
  let convolution: CausalConvolution
  /// By value head: exp(A), the rate at which the state decays, and what is added to the decay's input.
  let decayRate: [Float]
  let decayBias: [Float]
  /// To unit length, of queries divided by the root of the dimension: see `unitNorm`.
  let queryNorm: Norm
  let keyNorm: Norm
  /// Of what a value head reads.
  let norm: Norm
  let output: Linear

  /// How the input becomes queries, keys, values, output gates, learning rates and decays.
  enum Projections {
    /// Queries, keys and values; output gates; learning rates; decays (Qwen3.5).
    case separate(mixed: Linear, gate: Linear, rate: Linear, decay: Linear)
    /// By key head: its query, key, values and output gates; and its learning rates and decays (Qwen3-Next).
    case byKeyHead(mixed: Linear, rates: Linear)
  }

  /// scale · x / √(Σx² + 10⁻⁶), as the norm that divides by the mean's root.
  static func unitNorm(_ dimension: Int, scale: Float = 1) -> Norm {
    let weight = scale / Float(dimension).squareRoot()
    return Norm(weight: [Float](repeating: weight, count: dimension), epsilon: 1e-6 / Float(dimension))
  }

  /// Value heads that share a key head.
  var group: Int { valueHeads / keyHeads }
  var keyWidth: Int { keyHeads * keyDimension }
  var valueWidth: Int { valueHeads * valueDimension }
  var channels: Int { 2 * keyWidth + valueWidth }
  /// Channels of the convolution that belong to a key head.
  var channelsPerHead: Int { 2 * keyDimension + group * valueDimension }
  /// A key head with its value heads is a part.
  var partCount: Int { keyHeads }
  /// The latest inputs of the convolution, then the states.
  var floatsPerPart: Int { (convolution.taps - 1) * channelsPerHead + group * keyDimension * valueDimension }
  var scratchCount: Int { 2 * keyDimension + 3 * valueDimension }

  var inputs: [(linear: Linear, register: Register)] {
    switch projections {
    case .separate(let mixed, let gate, let rate, let decay):
      [(mixed, .mixed), (gate, .gate), (rate, .router), (decay, .decay)]
    case .byKeyHead(let mixed, let rates): [(mixed, .mixed), (rates, .router)]
    }
  }

  func advance(
    _ head: Int, state: UnsafeMutablePointer<Float>, registers: RegisterFile, tokens: Range<Int>,
    scratch: UnsafeMutablePointer<Float>, functions: rk_kernels
  ) {
    let places = places(of: head)
    let width = registers.width
    let query = scratch
    let key = query + keyDimension
    let value = key + keyDimension
    let read = value + valueDimension
    let gate = read + valueDimension
    let states = state + (convolution.taps - 1) * channelsPerHead
    for token in tokens {
      func input(_ place: Places.Place, _ offset: Int = 0) -> UnsafeMutablePointer<Float> {
        registers.place(place.register, features: place.features, feature: place.first + offset, token: token)
      }
      convolve(
        input(places.query), width, count: keyDimension, channel: head * keyDimension, history: state, at: 0,
        into: query)
      convolve(
        input(places.key), width, count: keyDimension, channel: keyWidth + head * keyDimension, history: state,
        at: keyDimension, into: key)
      functions.normalize(query, queryNorm.weight, queryNorm.epsilon, Int64(keyDimension), query)
      functions.normalize(key, keyNorm.weight, keyNorm.epsilon, Int64(keyDimension), key)
      for index in 0..<group {
        let own = head * group + index
        let offset = index * valueDimension
        convolve(
          input(places.value, offset), width, count: valueDimension, channel: 2 * keyWidth + own * valueDimension,
          history: state, at: 2 * keyDimension + offset, into: value)
        let rate = input(places.rate, index).pointee.sigmoid
        let decay = exp(-decayRate[own] * (input(places.decay, index).pointee + decayBias[own]).softplus)
        functions.delta_step(
          states + index * keyDimension * valueDimension, query, key, value, decay, rate, Int64(keyDimension),
          Int64(valueDimension), read)
        functions.normalize(read, norm.weight, norm.epsilon, Int64(valueDimension), read)
        let gates = input(places.gate, offset)
        for feature in 0..<valueDimension { gate[feature] = gates[feature * width] }
        functions.gate(RK_SILU, gate, read, Int64(valueDimension))
        let output = registers.place(.query, features: valueWidth, feature: own * valueDimension, token: token)
        for feature in 0..<valueDimension { output[feature * width] = gate[feature] }
      }
    }
  }

  private func convolve(
    _ input: UnsafePointer<Float>, _ step: Int, count: Int, channel: Int, history: UnsafeMutablePointer<Float>,
    at offset: Int, into output: UnsafeMutablePointer<Float>
  ) {
    convolution.advance(
      channel..<channel + count, input: input, step: step, history: history + offset, stride: channelsPerHead,
      into: output)
  }

  /// Where the inputs of a key head's computation stand: registers with the features of a token, and the first feature.
  private struct Places {
    typealias Place = (register: Register, features: Int, first: Int)
    let query: Place
    let key: Place
    /// Of the first of the value heads that share the key head, as the next three.
    let value: Place
    let gate: Place
    let rate: Place
    let decay: Place
  }

  private func places(of head: Int) -> Places {
    switch projections {
    case .separate:
      return Places(
        query: (.mixed, channels, head * keyDimension), key: (.mixed, channels, keyWidth + head * keyDimension),
        value: (.mixed, channels, 2 * keyWidth + head * group * valueDimension),
        gate: (.gate, valueWidth, head * group * valueDimension), rate: (.router, valueHeads, head * group),
        decay: (.decay, valueHeads, head * group))
    case .byKeyHead:
      let features = channels + valueWidth
      let first = head * (features / keyHeads)
      let values = first + 2 * keyDimension
      return Places(
        query: (.mixed, features, first), key: (.mixed, features, first + keyDimension),
        value: (.mixed, features, values), gate: (.mixed, features, values + group * valueDimension),
        rate: (.router, 2 * valueHeads, head * 2 * group),
        decay: (.router, 2 * valueHeads, head * 2 * group + group))
    }
  }
}
