/// Delta nets: a key head with its value heads is a task, which takes the tokens one after the other.
extension PanelPass {
  func remember(_ net: DeltaNet, layer: Int) {
    switch context {
    case .sequence(let sequence, _):
      thread.forEachTask(net.keyHeads) { head in
        guard let state = sequence.recurrent?.head(head, layer: layer) else { return }
        advance(net, head, state: state, tokens: 0..<tokens)
      }
    case .pieces(let pieces, let scratch):
      thread.forEachTask(pieces.count * net.keyHeads) { task in
        let (piece, head) = (pieces[task / net.keyHeads], task % net.keyHeads)
        let own = scratch.perThread[thread.index]
        let states = (own.start.base, own.state.base)
        if let before = piece.sequence?.recurrent?.head(head, layer: layer) {
          states.0.update(from: before, count: net.floatsPerHead)
        } else {
          states.0.update(repeating: 0, count: net.floatsPerHead)
        }
        for (index, run) in piece.runs.enumerated() {
          // A continuation starts from the prompt.
          if index > 0 { states.1.update(from: states.0, count: net.floatsPerHead) }
          advance(
            net, head, state: index == 0 ? states.0 : states.1, tokens: run.column..<run.column + run.count)
        }
      }
    }
  }

  private func advance(_ net: DeltaNet, _ head: Int, state: UnsafeMutablePointer<Float>, tokens: Range<Int>) {
    net.advance(
      head, state: state, registers: scratch.registers, tokens: tokens, scratch: own.delta.base,
      functions: kernels.functions)
  }
}
