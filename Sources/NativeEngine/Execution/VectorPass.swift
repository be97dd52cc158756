import CKernels
import Checkpoint
import Foundation

/// One token of each sequence of a batch, as vectors.
///
/// Each thread computes its share of each product's rows. What is cheap (norms, the arrangement of an input, the choice of
/// experts) each thread does for itself rather than wait for another.
struct VectorPass: Pass {
  let session: Session
  let thread: TeamThread
  let batch: Int

  var scratch: VectorScratch { session.vector }
  var own: VectorScratch.PerThread { session.vector.perThread[thread.index] }
  var functions: rk_kernels { session.kernels.functions }
  var hiddenSize: Int { session.config.hiddenSize }

  var narrowed: VectorPass? { self }

  func observe(_ point: ActivationPoint, _ register: Register) {}

  /// The register's memory; each thread has normalized inputs of its own.
  func base(_ register: Register) -> UnsafeMutablePointer<Float> {
    register == .normed ? own.normed.base : scratch.registers[register]
  }

  func normalize(_ norm: Norm) {
    for token in 0..<batch {
      functions.normalize(
        scratch.registers[.hidden] + token * hiddenSize, norm.weight, norm.epsilon, Int64(hiddenSize),
        own.normed.base + token * hiddenSize)
    }
  }

  func normalize(_ register: Register, by norm: Norm) {
    let count = norm.weight.count
    for token in 0..<batch {
      functions.normalize(
        scratch.registers[register] + token * count, norm.weight, norm.epsilon, Int64(count),
        own.normed.base + token * count)
    }
  }

  func normalize(_ source: Register, _ norm: Norm, into target: Register, accumulates: Bool) {
    // Every thread normalizes all of it, and writes its share.
    let share = thread.share(of: hiddenSize)
    for token in 0..<batch {
      let normed = own.normed.base
      functions.normalize(base(source) + token * hiddenSize, norm.weight, norm.epsilon, Int64(hiddenSize), normed)
      let result = base(target) + token * hiddenSize
      for feature in share { result[feature] = (accumulates ? result[feature] : 0) + normed[feature] }
    }
    thread.barrier()
  }

  func scaleHidden(by factor: Float) {
    let share = thread.share(of: hiddenSize)
    for token in 0..<batch {
      let hidden = base(.hidden) + token * hiddenSize
      for feature in share { hidden[feature] *= factor }
    }
    thread.barrier()
  }

  func multiply(_ products: [Product], from input: Register) {
    let share = thread.share(of: products.reduce(0) { $0 + $1.linear.rows })
    var first = 0
    let parts = products.map { linear, output, accumulates -> Part in
      let rows = share.clamped(to: first..<first + linear.rows)
      defer { first += linear.rows }
      return Part(
        linear: linear, rows: rows.lowerBound - first..<rows.upperBound - first, output: base(output),
        accumulates: accumulates)
    }
    multiply(parts, from: base(input))
    thread.barrier()
  }

  func multiplyGated(_ network: GatedFeedForward) {
    // Gate and up rows of the same share, so that the activation needs no barrier.
    let features = network.gate.rows
    let rows = thread.share(of: features)
    let gate = base(.gate)
    let up = network.up == nil ? gate : base(.up)
    multiply(
      [(network.gate, gate), (network.up, up)].compactMap { linear, output in
        linear.map { Part(linear: $0, rows: rows, output: output, accumulates: false) }
      }, from: own.normed.base)
    for token in 0..<batch {
      let offset = token * features + rows.lowerBound
      functions.gate(network.activation, gate + offset, up + offset, Int64(rows.count))
    }
    thread.barrier()
  }

  func scaleBySigmoid(_ register: Register, features: Int, by factor: Register) {
    let rows = thread.share(of: features)
    for token in 0..<batch {
      let scale = base(factor)[token].sigmoid
      let values = base(register) + token * features
      for row in rows { values[row] *= scale }
    }
    thread.barrier()
  }

  /// Logits of each token from its hidden state.
  func project(into logits: UnsafeMutablePointer<Float>) {
    normalize(session.decoder.finalNorm)
    let head = session.decoder.head
    multiply(
      [Part(linear: head, rows: thread.share(of: head.rows), output: logits, accumulates: false)],
      from: own.normed.base)
    thread.barrier()
  }

  /// Some rows of a product, and where they are written, or added to.
  private struct Part {
    let linear: Linear
    let rows: Range<Int>
    let output: UnsafeMutablePointer<Float>
    let accumulates: Bool
  }

  /// Products of one batch, which is arranged once for neighbours of the same format.
  private func multiply(_ parts: [Part], from input: UnsafePointer<Float>) {
    var arranged: WeightMatrix?
    for part in parts where !part.rows.isEmpty {
      let matrix = part.linear.matrix
      if arranged?.sharesInput(with: matrix) != true { arrange(input, tokens: batch, for: matrix.matrix) }
      multiply(
        matrix.matrix, tokens: batch, rows: part.rows, into: part.output, stride: matrix.rows,
        accumulates: part.accumulates)
      if let bias = part.linear.bias {
        for token in 0..<batch {
          rk_add_bias(
            part.output + token * matrix.rows, bias, 1, Int64(matrix.rows), 1, Int64(part.rows.lowerBound),
            Int64(part.rows.upperBound))
        }
      }
      arranged = matrix
    }
  }

  /// Arranges inputs that stand one after the other for products with the matrix.
  func arrange(_ input: UnsafePointer<Float>, tokens: Int, for matrix: rk_matrix) {
    let stride = Int(rk_prepared_count(matrix.columns))
    withUnsafePointer(to: matrix) { weights in
      for token in 0..<tokens {
        session.product.prepare(weights, input + token * Int(matrix.columns), own.prepared.base + token * stride)
      }
    }
  }

  func multiply(
    _ matrix: rk_matrix, tokens: Int, rows: Range<Int>, into output: UnsafeMutablePointer<Float>, stride: Int,
    accumulates: Bool
  ) {
    withUnsafePointer(to: matrix) { weights in
      session.product.multiply(
        weights, own.prepared.base, Int64(tokens), output, Int64(stride), Int64(rows.lowerBound),
        Int64(rows.upperBound), accumulates)
    }
  }
}

extension VectorPass {
  func addInputs(_ norm: Norm, parts: Int) {
    let features = norm.weight.count
    for part in thread.share(of: batch * parts, granularity: 1) {
      let (projected, inputs) = (base(.mixed) + part * features, base(.inputs) + part * features)
      functions.normalize(projected, norm.weight, norm.epsilon, Int64(features), projected)
      for feature in 0..<features { inputs[feature] += projected[feature] }
    }
    thread.barrier()
  }

  func gateInputs(_ activation: rk_activation, part: Int, of count: Int, features: Int) {
    let share = thread.share(of: features)
    for token in 0..<batch {
      let inputs = base(.inputs) + (token * count + part) * features
      functions.gate(
        activation, base(.gate) + token * features + share.lowerBound, inputs + share.lowerBound, Int64(share.count))
    }
    thread.barrier()
  }

  func remember(_ mixer: some RecurrentMixer, layer: Int) {
    thread.forEachTask(batch * mixer.partCount) { task in
      let (token, part) = (task / mixer.partCount, task % mixer.partCount)
      guard let state = session.sequences[token].recurrent?.part(part, layer: layer) else { return }
      mixer.advance(
        part, state: state, registers: scratch.registers, tokens: token..<token + 1, scratch: own.state.base,
        functions: functions)
    }
  }
}
