import CKernels
import Foundation

/// A selective state space (Mamba 2: Dao and Gu 2024, arXiv 2405.21060) after a short causal convolution, as Nemotron-H
/// has it: each head remembers a matrix, to which a token adds as much as it asks for.
struct Mamba: RecurrentMixer {
  let heads: Int
  /// Of neighbouring heads, which write to their states and read them alike; divides the heads.
  let groups: Int
  /// Features of a head.
  let dimension: Int
  /// Numbers that a state keeps of each feature.
  let stateSize: Int
  /// Gates; then values of all heads, by group what writes them, and by group what reads them; then steps.
  let input: Linear
  /// Of all but the gates and the steps.
  let convolution: CausalConvolution
  /// By head: exp(A), the rate at which the state decays; what is added to a step; and how much of a value passes by the
  /// state.
  let decayRate: [Float]
  let stepBias: [Float]
  let bypass: [Float]
  let stepLimits: ClosedRange<Float>
  /// By group, of its gated result.
  let norms: [Norm]
  let output: Linear

  var width: Int { heads * dimension }
  var inputs: [(linear: Linear, register: Register)] { [(input, .mixed)] }
  /// A group of heads is a part.
  var partCount: Int { groups }
  /// The latest inputs of the convolution, then the states.
  var floatsPerPart: Int { (convolution.taps - 1) * channelsPerGroup + headsPerGroup * stateSize * dimension }
  var scratchCount: Int { 2 * stateSize + dimension + 2 * widthPerGroup }

  private var headsPerGroup: Int { heads / groups }
  private var widthPerGroup: Int { headsPerGroup * dimension }
  private var channelsPerGroup: Int { widthPerGroup + 2 * stateSize }

  func advance(
    _ group: Int, state: UnsafeMutablePointer<Float>, registers: RegisterFile, tokens: Range<Int>,
    scratch: UnsafeMutablePointer<Float>, functions: rk_kernels
  ) {
    let step = registers.width
    let writer = scratch
    let reader = writer + stateSize
    let value = reader + stateSize
    let result = value + dimension
    let gate = result + widthPerGroup
    let states = state + (convolution.taps - 1) * channelsPerGroup
    for token in tokens {
      func input(_ feature: Int) -> UnsafeMutablePointer<Float> {
        registers.place(.mixed, features: self.input.rows, feature: feature, token: token)
      }
      func convolve(_ count: Int, channel: Int, at offset: Int, into output: UnsafeMutablePointer<Float>) {
        convolution.advance(
          channel..<channel + count, input: input(width + channel), step: step, history: state + offset,
          stride: channelsPerGroup, into: output)
      }
      convolve(stateSize, channel: width + group * stateSize, at: widthPerGroup, into: writer)
      convolve(stateSize, channel: width + (groups + group) * stateSize, at: widthPerGroup + stateSize, into: reader)
      for index in 0..<headsPerGroup {
        let head = group * headsPerGroup + index
        let values = result + index * dimension
        convolve(dimension, channel: head * dimension, at: index * dimension, into: values)
        let asked = input(width + convolution.bias.count + head).pointee + stepBias[head]
        let size = min(max(asked.softplus, stepLimits.lowerBound), stepLimits.upperBound)
        for feature in 0..<dimension { value[feature] = size * values[feature] }
        functions.scan_step(
          states + index * stateSize * dimension, reader, writer, value, exp(-decayRate[head] * size),
          Int64(stateSize), Int64(dimension), gate)
        for feature in 0..<dimension { values[feature] = gate[feature] + bypass[head] * values[feature] }
      }
      let gates = input(group * widthPerGroup)
      for feature in 0..<widthPerGroup { gate[feature] = gates[feature * step] }
      functions.gate(RK_SILU, gate, result, Int64(widthPerGroup))
      functions.normalize(gate, norms[group].weight, norms[group].epsilon, Int64(widthPerGroup), gate)
      let output = registers.place(.query, features: width, feature: group * widthPerGroup, token: token)
      for feature in 0..<widthPerGroup { output[feature * step] = gate[feature] }
    }
  }
}
