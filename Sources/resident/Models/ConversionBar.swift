import Checkpoint
import Foundation
import Platform
import Synchronization

/// Shows how far a conversion is: one line that is redrawn on a terminal, a line each quarter elsewhere.
final class ConversionBar: Sendable {
  private let verb: String
  private let shownQuarter = Mutex(0)

  init(_ verb: String) { self.verb = verb }

  func show(_ progress: ConversionProgress) {
    let share = progress.totalBytes > 0 ? Double(progress.doneBytes) / Double(progress.totalBytes) : 1
    if Terminal.errorIsTerminal {
      Terminal.writeError("\r\u{1B}[K\(verb) \(Int(share * 100)) %  \(progress.name)")
      return
    }
    let quarter = Int(share * 4)
    let isNew = shownQuarter.withLock { shown in
      defer { shown = max(shown, quarter) }
      return quarter > shown
    }
    if isNew { Terminal.writeError("\(verb) \(quarter * 25) %\n") }
  }

  func end() { if Terminal.errorIsTerminal { Terminal.writeError("\r\u{1B}[K") } }
}
