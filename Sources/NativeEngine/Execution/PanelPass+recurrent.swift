/// Recurrent mixers: a part of the state is a task, which takes the tokens one after the other.
extension PanelPass {
  func remember(_ mixer: some RecurrentMixer, layer: Int) {
    switch context {
    case .sequence(let sequence, _):
      thread.forEachTask(mixer.partCount) { part in
        guard let state = sequence.recurrent?.part(part, layer: layer) else { return }
        advance(mixer, part, state: state, tokens: 0..<tokens)
      }
    case .pieces(let pieces, let scratch):
      thread.forEachTask(pieces.count * mixer.partCount) { task in
        let (piece, part) = (pieces[task / mixer.partCount], task % mixer.partCount)
        let own = scratch.perThread[thread.index]
        let states = (own.start.base, own.state.base)
        if let before = piece.sequence?.recurrent?.part(part, layer: layer) {
          states.0.update(from: before, count: mixer.floatsPerPart)
        } else {
          states.0.update(repeating: 0, count: mixer.floatsPerPart)
        }
        for (index, run) in piece.runs.enumerated() {
          // A continuation starts from the prompt.
          if index > 0 { states.1.update(from: states.0, count: mixer.floatsPerPart) }
          advance(
            mixer, part, state: index == 0 ? states.0 : states.1, tokens: run.column..<run.column + run.count)
        }
      }
    }
  }

  private func advance(
    _ mixer: some RecurrentMixer, _ part: Int, state: UnsafeMutablePointer<Float>, tokens: Range<Int>
  ) {
    mixer.advance(
      part, state: state, registers: scratch.registers, tokens: tokens, scratch: own.state.base,
      functions: kernels.functions)
  }
}
