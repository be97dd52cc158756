import Checkpoint
import Synchronization

/// Shows how far a conversion is: one line that is redrawn on a terminal, a line per quarter elsewhere.
final class ConversionDisplay: Sendable {
  private let verb: String
  private let shownQuarter = Mutex(0)

  init(_ verb: String) { self.verb = verb }

  func show(_ progress: ConversionProgress) {
    let share = progress.totalBytes > 0 ? Double(progress.doneBytes) / Double(progress.totalBytes) : 1
    if Terminal.errorIsTerminal {
      Terminal.redraw("\(verb) \(Int(share * 100)) %  \(progress.name)")
      return
    }
    let quarter = Int(share * 4)
    let isNew = shownQuarter.withLock { shown in
      defer { shown = max(shown, quarter) }
      return quarter > shown
    }
    if isNew { Terminal.writeError("\(verb) \(quarter * 25) %\n") }
  }

  /// Clears the redrawn line.
  func end() { if Terminal.errorIsTerminal { Terminal.redraw("") } }
}
