import CKernels

/// Experts: the tokens that picked an expert stand together in panels of their own.
extension PanelPass {
  func mix(_ experts: Experts, into sum: Register) {
    guard let scratch = scratch.experts else { return }
    let routing = experts.routing
    let first = panels.lowerBound * width
    thread.forEachTask(tokens - first) { task in
      let token = first + task
      let scores = self.scratch.registers.place(
        .router, features: routing.expertCount, feature: 0, token: token)
      experts.choose(scores, stride: width, into: scratch.choices.base + token * routing.picked)
    }
    if thread.index == 0 {
      scratch.group(first..<tokens, picked: routing.picked, experts: routing.expertCount, width: width)
    }
    thread.barrier()
    let groups = scratch.groups
    // An expert by itself may be too large a task for the last thread.
    let splits = max(1, 4 * thread.count / max(groups.count, 1))
    let rows = (experts.width + 8 * splits - 1) / (8 * splits) * 8
    thread.forEachTask(groups.count * splits) { task in
      let begin = task % splits * rows
      guard begin < experts.width else { return }
      gate(experts, groups[task / splits], rows: begin..<min(begin + rows, experts.width), scratch)
    }
    let inputs = arrangeGates(experts, groups, scratch)
    let rowsPerTask = Self.rowsPerTask
    let features = experts.features
    thread.forEachTask((features + rowsPerTask - 1) / rowsPerTask) { task in
      let rows = task * rowsPerTask..<min((task + 1) * rowsPerTask, features)
      if sum != .hidden {
        for panel in panels {
          (base(sum) + (panel * features + rows.lowerBound) * width).update(
            repeating: 0, count: rows.count * width)
        }
      }
      for group in groups { add(experts, group, rows: rows, inputs: inputs, into: base(sum), scratch) }
    }
  }

  /// Copies the inputs of an expert's tokens into panels of this thread.
  private func gather(
    _ experts: Experts, _ group: ExpertScratch.Group, _ scratch: ExpertScratch
  ) -> UnsafeMutablePointer<Float> {
    let inputs = scratch.perThread[thread.index].inputs.base
    let features = experts.features
    for (index, entry) in group.entries.enumerated() {
      let token = Int(scratch.assignments[entry].token)
      let from = self.scratch.registers.place(experts.input, features: features, feature: 0, token: token)
      let to = inputs + index / width * features * width + index % width
      for feature in 0..<features { to[feature * width] = from[feature * width] }
    }
    return inputs
  }

  /// Some rows of an expert's gate: activation(gate x) · (up x), times the expert's weight for each token.
  private func gate(_ experts: Experts, _ group: ExpertScratch.Group, rows: Range<Int>, _ scratch: ExpertScratch) {
    let own = scratch.perThread[thread.index]
    let inputs = gather(experts, group, scratch)
    let count = group.entries.count
    let panels = session.panelCount(count)
    let gates = scratch.gates.base + group.panel * experts.width * width
    let ups = own.ups.base
    let parts = [(experts.gate, gates, experts.width, 0), (experts.up, ups, rows.count, rows.lowerBound)]
    var arranged: WeightMatrix?
    for case (let linear?, let output, let stride, let offset) in parts {
      let matrix = linear.matrix.part(group.expert, of: experts.routing.expertCount)
      var input = UnsafePointer(inputs)
      if let prepare = kernels.panelProduct(matrix, session.panelPrecision).prepare {
        if arranged.map({ !sharesPanels($0, linear.matrix) }) ?? true {
          withUnsafePointer(to: matrix) { weights in
            for panel in 0..<panels {
              let place = panel * experts.features * width
              prepare(weights, inputs + place, own.prepared.base + place)
            }
          }
        }
        arranged = linear.matrix
        input = UnsafePointer(own.prepared.base)
      }
      let shifted = output - offset * width
      multiply(
        matrix, rows: rows, arranged: input, tokens: count, into: shifted, stride: stride, accumulates: false)
      if let bias = linear.bias {
        bias.withUnsafeBufferPointer { bias in
          guard let bias = bias.baseAddress else { return }
          rk_add_bias(
            shifted, bias + group.expert * experts.width, Int64(panels), Int64(stride), Int64(width),
            Int64(rows.lowerBound), Int64(rows.upperBound))
        }
      }
    }
    for panel in 0..<panels {
      let gate = gates + (panel * experts.width + rows.lowerBound) * width
      let up = experts.up == nil ? gate : ups + panel * rows.count * width
      kernels.functions.gate(experts.activation, gate, up, Int64(rows.count * width))
      var weights = [Float](repeating: 0, count: width)
      for (index, entry) in group.entries.dropFirst(panel * width).prefix(width).enumerated() {
        weights[index] = scratch.assignments[entry].weight
      }
      rk_scale_panel(gate, weights, Int64(rows.count), Int64(width))
    }
  }

  /// The gates of all experts in the form that the products with `down` take.
  private func arrangeGates(
    _ experts: Experts, _ groups: [ExpertScratch.Group], _ scratch: ExpertScratch
  ) -> UnsafePointer<Float> {
    let gates = scratch.gates.base
    guard let prepare = kernels.panelProduct(experts.down.matrix.matrix, session.panelPrecision).prepare else {
      return UnsafePointer(gates)
    }
    let matrix = experts.down.matrix.part(0, of: experts.routing.expertCount)
    let size = experts.width * width
    thread.forEachTask(groups.count) { task in
      let group = groups[task]
      withUnsafePointer(to: matrix) { weights in
        for panel in group.panel..<group.panel + session.panelCount(group.entries.count) {
          prepare(weights, gates + panel * size, scratch.arrangedGates.base + panel * size)
        }
      }
    }
    return UnsafePointer(scratch.arrangedGates.base)
  }

  /// Adds some rows of an expert's result to those of its tokens.
  private func add(
    _ experts: Experts, _ group: ExpertScratch.Group, rows: Range<Int>, inputs: UnsafePointer<Float>,
    into sum: UnsafeMutablePointer<Float>, _ scratch: ExpertScratch
  ) {
    let results = scratch.perThread[thread.index].results.base
    let features = experts.features
    multiply(
      experts.down.matrix.part(group.expert, of: experts.routing.expertCount), rows: rows,
      arranged: inputs + group.panel * experts.width * width, tokens: group.entries.count,
      into: results - rows.lowerBound * width, stride: rows.count, accumulates: false)
    for (index, entry) in group.entries.enumerated() {
      let assignment = scratch.assignments[entry]
      let from = results + index / width * rows.count * width + index % width
      let to =
        sum + (Int(assignment.token) / width * features + rows.lowerBound) * width + Int(assignment.token) % width
      for row in 0..<rows.count { to[row * width] += from[row * width] }
      if let bias = experts.down.bias {
        let first = group.expert * features + rows.lowerBound
        for row in 0..<rows.count { to[row * width] += assignment.weight * bias[first + row] }
      }
    }
  }
}
