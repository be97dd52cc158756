import Platform
import Synchronization

/// Shows how far work is that takes more than a second: one line that is redrawn on a terminal, one line a minute elsewhere.
final class WorkDisplay: Sendable {
  private let title: String
  private let start = Machine.monotonicNanoseconds
  private let lastLine = Mutex(Machine.monotonicNanoseconds)

  init(_ title: String) { self.title = title }

  /// - Parameter share: What is done, from 0 to 1.
  func show(_ share: Double) {
    let now = Machine.monotonicNanoseconds
    let elapsed = Double(now - start) * 1e-9
    let left = share > 0 ? ", \(ProgressDisplay.clock(elapsed / share * (1 - share))) left" : ""
    let line = "\(title)  \(Int(share * 100)) %  \(ProgressDisplay.clock(elapsed)) elapsed\(left)"
    if Terminal.errorIsTerminal { return Terminal.redraw(line) }
    let isDue = lastLine.withLock { last in
      guard now - last >= 60_000_000_000 else { return false }
      last = now
      return true
    }
    if isDue { Terminal.writeError("\(line)\n") }
  }

  /// Clears the redrawn line.
  func end() { if Terminal.errorIsTerminal { Terminal.redraw("") } }
}
