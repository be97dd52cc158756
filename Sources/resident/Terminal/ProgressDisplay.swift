import Checkpoint
import Foundation
import Measurements
import Platform
import Runner
import Store
import Synchronization

/// Shows the progress of a session: one line that is redrawn on a terminal, plain lines elsewhere.
final class ProgressDisplay: Sendable {
  private struct State {
    var total = 0
    var done = 0
    var doneAtStart = 0
    var start = Machine.monotonicNanoseconds
    var lastTenth = 0
    var session: SessionNumber?
    /// In words; nil if models are not loaded anew for each round.
    var round: String?
  }

  private let state = Mutex(State())
  private let isTerminal = Terminal.errorIsTerminal

  /// The session under way; nil before it has a number.
  var session: SessionNumber? {
    get { state.withLock { $0.session } }
    set { state.withLock { $0.session = newValue } }
  }

  @Sendable func show(_ event: RunnerEvent) {
    switch event {
    case .loading(let side, let model): line("loading \(side.rawValue) \(model)")
    case .loaded(let side, _, let seconds): line("loaded \(side.rawValue) in \(Self.figure(seconds)) s (not scored)")
    case .warmingUp(let cell): line("warming up \(cell) (not scored)")
    case .restarting(let side, let reason): line("the \(side.rawValue)'s worker is started again: \(reason)")
    case .round(let number, let count): state.withLock { $0.round = "round \(number) of \(count)" }
    case .planned(let total, let done):
      state.withLock { state in
        state.total = total
        state.done = done
        state.doneAtStart = done
        state.round = nil
        state.start = Machine.monotonicNanoseconds
      }
      line("\(total) samples" + (done > 0 ? ", \(done) of them measured before" : ""))
    case .stopped(let reason, let round): line("enough after \(round) rounds: \(reason.title)")
    case .measured(let side, let sample): measured(side, sample)
    case .voided(let cell, let block, let reason, let added):
      state.withLock { $0.total += added }
      line("block \(block + 1) of \(cell) is void: \(reason)")
    case .skipped(let count): state.withLock { $0.done += count }
    }
  }

  /// Clears the redrawn line.
  func end() { if isTerminal { Terminal.redraw("") } }

  private func measured(_ side: Side, _ sample: Sample) {
    let (snapshot, isTenth) = state.withLock { state in
      state.done += 1
      let tenth = state.done * 10 / max(state.total, 1)
      defer { state.lastTenth = tenth }
      return (
        (
          total: state.total, done: state.done, before: state.doneAtStart, start: state.start, round: state.round
        ), tenth > state.lastTenth
      )
    }
    if sample.status != .success, case .unscored(let status, let message) = sample.outcome {
      line("\(sample.place.cell) \(side.rawValue): \(status.rawValue): \(message)")
    }
    let elapsed = Double(Machine.monotonicNanoseconds - snapshot.start) * 1e-9
    let pace = elapsed / Double(max(snapshot.done - snapshot.before, 1))
    let remaining = pace * Double(snapshot.total - snapshot.done)
    let place =
      sample.place.item.map { "\(sample.place.cell) \($0)" }
      ?? sample.place.round.map { "\(sample.place.cell) round \($0)" }
      ?? "\(sample.place.cell) \(snapshot.round ?? "block \(sample.place.block + 1)")"
    let times = "\(Self.clock(elapsed)) elapsed, \(Self.clock(remaining)) left"
    if isTerminal {
      let filled = 24 * snapshot.done / max(snapshot.total, 1)
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
      let line = "\(bar) \(snapshot.done)/\(snapshot.total)  \(times)  \(place) \(side.rawValue)"
      Terminal.redraw(line)
    } else if isTenth {
      line("\(snapshot.done)/\(snapshot.total)  \(times)  \(place)")
    }
  }

  private func line(_ text: String) {
    if isTerminal { Terminal.redraw("") }
    Terminal.writeError("\(text.printable)\n")
  }

  private static func figure(_ seconds: Double) -> String { String(format: "%.2f", seconds) }

  private static func clock(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    return "\(whole / 60):" + String(format: "%02d", whole % 60)
  }
}

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
