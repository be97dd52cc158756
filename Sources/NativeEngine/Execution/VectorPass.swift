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

  private var scratch: VectorScratch { session.vector }
  private var own: VectorScratch.PerThread { session.vector.perThread[thread.index] }
  private var functions: rk_kernels { session.kernels.functions }
  private var hiddenSize: Int { session.config.hiddenSize }

  var isWanted: Bool { true }

  func observe(_ point: ActivationPoint, _ register: Register) {}

  /// The register's memory; each thread has normalized inputs of its own.
  private func base(_ register: Register) -> UnsafeMutablePointer<Float> {
    register == .normed ? own.normed.base : scratch.registers[register]
  }

  func normalize(_ norm: Norm) {
    for token in 0..<batch {
      functions.normalize(
        scratch.registers[.hidden] + token * hiddenSize, norm.weight, norm.epsilon, Int64(hiddenSize),
        own.normed.base + token * hiddenSize)
    }
  }

  func addNormalized(_ norm: Norm) {
    // Every thread normalizes all of it, and adds its share.
    let share = thread.share(of: hiddenSize)
    for token in 0..<batch {
      let normed = own.normed.base
      functions.normalize(
        scratch.registers[.sum] + token * hiddenSize, norm.weight, norm.epsilon, Int64(hiddenSize), normed)
      let hidden = scratch.registers[.hidden] + token * hiddenSize
      for feature in share { hidden[feature] += normed[feature] }
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
    let (gate, up) = (base(.gate), base(.up))
    multiply(
      [
        Part(linear: network.gate, rows: rows, output: gate, accumulates: false),
        Part(linear: network.up, rows: rows, output: up, accumulates: false),
      ], from: own.normed.base)
    for token in 0..<batch {
      let offset = token * features + rows.lowerBound
      functions.gate(network.activation, gate + offset, up + offset, Int64(rows.count))
    }
    thread.barrier()
  }

  func scaleBySigmoid(_ register: Register, features: Int, by factor: Register) {
    let rows = thread.share(of: features)
    for token in 0..<batch {
      let scale = Self.sigmoid(base(factor)[token])
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
  private func arrange(_ input: UnsafePointer<Float>, tokens: Int, for matrix: rk_matrix) {
    let stride = Int(rk_prepared_count(matrix.columns))
    withUnsafePointer(to: matrix) { weights in
      for token in 0..<tokens {
        session.product.prepare(weights, input + token * Int(matrix.columns), own.prepared.base + token * stride)
      }
    }
  }

  private func multiply(
    _ matrix: rk_matrix, tokens: Int, rows: Range<Int>, into output: UnsafeMutablePointer<Float>, stride: Int,
    accumulates: Bool
  ) {
    withUnsafePointer(to: matrix) { weights in
      session.product.multiply(
        weights, own.prepared.base, Int64(tokens), output, Int64(stride), Int64(rows.lowerBound),
        Int64(rows.upperBound), accumulates)
    }
  }

  private static func sigmoid(_ value: Float) -> Float { 1 / (1 + exp(-value)) }
}

// Experts: each token by itself, as each has its own.
extension VectorPass {
  func mix(_ experts: Experts, into sum: Register) {
    let (routing, width) = (experts.routing, experts.width)
    let picked = routing.picked
    for token in 0..<batch {
      routing.choose(base(.router) + token * routing.expertCount, into: own.choices + token * picked)
    }
    let rows = thread.share(of: picked * width)
    for token in 0..<batch {
      gate(experts, token: token, rows: rows)
    }
    thread.barrier()
    let outputs = thread.share(of: hiddenSize)
    for token in 0..<batch {
      let output = base(sum) + token * hiddenSize
      if sum != .hidden { for row in outputs { output[row] = 0 } }
      for place in 0..<picked where !outputs.isEmpty {
        let choice = own.choices[token * picked + place]
        let matrix = experts.down.matrix.part(Int(choice.expert), of: routing.expertCount)
        arrange(base(.gate) + (token * picked + place) * width, tokens: 1, for: matrix)
        multiply(matrix, tokens: 1, rows: outputs, into: output, stride: hiddenSize, accumulates: true)
        if let bias = experts.down.bias {
          for row in outputs { output[row] += choice.weight * bias[Int(choice.expert) * hiddenSize + row] }
        }
      }
    }
    thread.barrier()
  }

  /// The gates of a token's experts as if they stood below each other, times the experts' weights.
  private func gate(_ experts: Experts, token: Int, rows: Range<Int>) {
    let (routing, width) = (experts.routing, experts.width)
    let gates = base(.gate) + token * routing.picked * width
    let ups = base(.up) + token * routing.picked * width
    var isArranged = false
    for place in 0..<routing.picked {
      let part = rows.clamped(to: place * width..<(place + 1) * width)
      guard !part.isEmpty else { continue }
      let choice = own.choices[token * routing.picked + place]
      let inside = part.lowerBound - place * width..<part.upperBound - place * width
      let matrices = [(experts.gate, gates), (experts.up, ups)]
      for (linear, output) in matrices {
        let matrix = linear.matrix.part(Int(choice.expert), of: routing.expertCount)
        if !isArranged {
          arrange(base(.normed) + token * hiddenSize, tokens: 1, for: matrix)
          isArranged = experts.gate.matrix.sharesInput(with: experts.up.matrix)
        }
        multiply(matrix, tokens: 1, rows: inside, into: output + place * width, stride: width, accumulates: false)
        if let bias = linear.bias {
          for row in inside { output[place * width + row] += bias[Int(choice.expert) * width + row] }
        }
      }
      functions.gate(experts.activation, gates + part.lowerBound, ups + part.lowerBound, Int64(part.count))
      for row in part { gates[row] *= choice.weight }
    }
  }
}

// Attention: spans of positions are shared out among the threads, and their results merged.
extension VectorPass {
  func attend(_ attention: Attention, layer: Int) -> Register {
    let heads = attention.keyValueHeads
    if case .together(let query, let key) = attention.norms { normalizeTogether(query, key) }
    var count = 0
    for token in 0..<batch { count += spans(of: token, attention).count * heads }
    thread.forEachTask(count) { task in
      var (token, task) = (0, task)
      while task >= spans(of: token, attention).count * heads {
        task -= spans(of: token, attention).count * heads
        token += 1
      }
      attendSpan(
        spans(of: token, attention).lowerBound + task / heads, of: token, head: task % heads, attention, layer: layer)
    }
    for token in 0..<batch { merge(token, attention, into: own.normed.base + token * attention.width) }
    return .normed
  }

  /// Norms over all heads of a token, which no thread can compute for one head.
  private func normalizeTogether(_ query: Norm, _ key: Norm) {
    if thread.index == 0 {
      for token in 0..<batch {
        for (norm, register) in [(query, Register.query), (key, .key)] {
          let values = base(register) + token * norm.weight.count
          functions.normalize(values, norm.weight, norm.epsilon, Int64(norm.weight.count), values)
        }
      }
    }
    thread.barrier()
  }

  private func position(of token: Int) -> Int { session.sequences[token].end }

  /// Spans that hold the positions that a token sees.
  private func spans(of token: Int, _ attention: Attention) -> Range<Int> {
    let position = position(of: token)
    return first(position, attention) / VectorScratch.span..<position / VectorScratch.span + 1
  }

  /// The first position that a position sees.
  private func first(_ position: Int, _ attention: Attention) -> Int {
    attention.window.map { max(0, position + 1 - $0) } ?? 0
  }

  private func attendSpan(_ span: Int, of token: Int, head: Int, _ attention: Attention, layer: Int) {
    let (dimension, group) = (attention.dimension, attention.group)
    let position = position(of: token)
    var headCache = session.sequences[token].cache.head(head, layer: layer)
    let query = own.query.base
    if attention.isGated {
      let queries = base(.mixed) + (token * attention.heads + head * group) * 2 * dimension
      for index in 0..<group {
        (query + index * dimension).update(from: queries + index * 2 * dimension, count: dimension)
      }
    } else {
      query.update(from: base(.query) + (token * attention.heads + head * group) * dimension, count: group * dimension)
    }
    if case .perHead(let norm, _) = attention.norms { normalizeHeads(query, norm, count: group) }
    rotate(query, heads: group, of: token, attention)
    if let growth = attention.queryGrowth {
      let factor = growth.factor(at: position)
      for feature in 0..<group * dimension { query[feature] *= factor }
    }
    if span == spans(of: token, attention).upperBound - 1 {
      let stored = (token * attention.keyValueHeads + head) * dimension
      let key = query + group * dimension
      key.update(from: base(.key) + stored, count: dimension)
      if case .perHead(_, let norm) = attention.norms { normalizeHeads(key, norm, count: 1) }
      rotate(key, heads: 1, of: token, attention)
      functions.append(&headCache, Int64(position), key, base(.value) + stored)
    }
    let begin = span * VectorScratch.span
    let slot = token * scratch.spanStride + span * attention.heads + head * group
    functions.attend(
      &headCache, query, Int64(group), attention.scale, Int64(begin), Int64(max(begin, first(position, attention))),
      Int64(min(begin + VectorScratch.span, position + 1)),
      scratch.spanSums.base + token * scratch.spanSumStride + (span * attention.heads + head * group) * dimension,
      scratch.spanLargest.base + slot, scratch.spanTotals.base + slot, own.scores.base)
  }

  private func normalizeHeads(_ values: UnsafeMutablePointer<Float>, _ norm: Norm, count: Int) {
    let dimension = norm.weight.count
    for head in 0..<count {
      let value = values + head * dimension
      functions.normalize(value, norm.weight, norm.epsilon, Int64(dimension), value)
    }
  }

  private func rotate(_ values: UnsafeMutablePointer<Float>, heads: Int, of token: Int, _ attention: Attention) {
    guard let index = attention.rotary else { return }
    let angles = scratch.angles[index]
    let offset = token * angles.half
    functions.rotate(
      values, angles.cosine.base + offset, angles.sine.base + offset, Int64(heads), Int64(attention.dimension),
      Int64(2 * angles.half))
  }

  private func merge(_ token: Int, _ attention: Attention, into out: UnsafeMutablePointer<Float>) {
    let (dimension, heads) = (attention.dimension, attention.heads)
    let spans = spans(of: token, attention)
    let sums = scratch.spanSums.base + token * scratch.spanSumStride + spans.lowerBound * heads * dimension
    let slots = token * scratch.spanStride + spans.lowerBound * heads
    for head in 0..<heads {
      func merge(_ sink: UnsafePointer<Float>?) {
        rk_merge_spans(
          Int64(spans.count), Int64(heads * dimension), Int64(heads), sums + head * dimension,
          scratch.spanLargest.base + slots + head, scratch.spanTotals.base + slots + head, sink, Int64(dimension),
          out + head * dimension)
      }
      if let sinks = attention.sinks { merge([sinks[head]]) } else { merge(nil) }
      if attention.isGated {
        let gate = base(.mixed) + ((token * heads + head) * 2 + 1) * dimension
        rk_gate_by_sigmoid(out + head * dimension, gate, Int64(dimension))
      }
    }
  }
}

extension VectorPass {
  func remember(_ net: DeltaNet, layer: Int) {
    thread.forEachTask(batch * net.keyHeads) { task in
      let (token, head) = (task / net.keyHeads, task % net.keyHeads)
      guard let state = session.sequences[token].recurrent?.head(head, layer: layer) else { return }
      net.advance(
        head, state: state, registers: scratch.registers, tokens: token..<token + 1, scratch: own.delta.base,
        functions: functions)
    }
  }
}
