import Foundation
import Measurements
import Platform
import Runner
import Store
import Synchronization
import Verdicts

/// Shows the progress of a session, and what its evidence says so far: lines that are redrawn on a terminal, one line a
/// minute elsewhere.
final class ProgressDisplay: Sendable {
  private struct State {
    var total = 0
    var done = 0
    var doneAtStart = 0
    var start = Machine.monotonicNanoseconds
    /// When a line was printed last; nil before the first, which comes with the first sample.
    var lastLine: UInt64?
    var session: SessionNumber?
    /// In words; nil if models are not loaded anew for each round.
    var round: String?
    /// Why samples are not scored, so that each reason is said once for a cell and side.
    var complaints: Set<String> = []
    /// The rules on ratios, of which the intervals hold at every look.
    var standing: [VerdictFace.Part] = []

    /// - Parameter elapsed: Seconds since the start. What is left follows from it once a hundredth of the samples is there:
    ///   answers that are asked for together come together.
    func times(after elapsed: Double) -> String {
      let (measured, left) = (done - doneAtStart, max(total - done, 0))
      let times = "\(ProgressDisplay.clock(elapsed)) elapsed"
      guard measured >= max(2, total / 100) else { return times }
      return times + ", at most \(ProgressDisplay.clock(elapsed / Double(measured) * Double(left))) left"
    }
  }

  private let state = Mutex(State())
  private let isTerminal: Bool
  private let width: Int

  /// - Parameters:
  ///   - isTerminal: Whether standard error is one, on which lines can be redrawn.
  ///   - width: Of its lines.
  init(isTerminal: Bool = Terminal.errorIsTerminal, width: Int = Terminal.errorWidth) {
    self.isTerminal = isTerminal
    self.width = width
  }

  /// The session under way; nil before it has a number.
  var session: SessionNumber? {
    get { state.withLock { $0.session } }
    set { state.withLock { $0.session = newValue } }
  }

  @Sendable func show(_ event: RunnerEvent) {
    switch event {
    case .loading(let side, let model): line("loading \(side.rawValue) \(model)")
    case .loaded(let side, _, let seconds): line("loaded \(side.rawValue) in \(Self.figure(seconds)) s (not scored)")
    case .checkingCache(let side): line("finding out whether the \(side.rawValue)'s engine keeps prompts")
    case .challenge(let number, let origin): if let text = Self.challenge(number, origin) { line(text) }
    case .otherTokenizers(let difference): line("note: \(difference)")
    case .warmingUp(let cell): line("warming up \(cell) (not scored)")
    case .restarting(let side, let reason): line("the \(side.rawValue)'s worker is started again: \(reason)")
    case .round(let number, let count): state.withLock { $0.round = "round \(number) of \(count)" }
    case .planned(let total, let done):
      state.withLock { state in
        state.total = total
        state.done = done
        state.doneAtStart = done
        state.round = nil
        state.standing = []
        state.complaints = []
        state.lastLine = nil
        state.start = Machine.monotonicNanoseconds
      }
      line("\(total) samples" + (done > 0 ? ", \(done) of them measured before" : ""))
    case .stopped(let reason, let round):
      line("enough after \(round == 1 ? "1 round" : "\(round) rounds"): \(reason.title)")
    case .measured(let side, let sample): measured(side, sample)
    case .evidence(let parts): state.withLock { $0.standing = parts }
    case .voided(let cell, let block, let reason, let added):
      state.withLock { $0.total += added }
      line("block \(block) of \(cell) is void: \(reason)")
    case .skipped(let count): state.withLock { $0.total -= count }
    }
  }

  /// Clears the redrawn lines.
  func end() { if isTerminal { Terminal.redraw([]) } }

  private func measured(_ side: Side, _ sample: Sample) {
    let now = Machine.monotonicNanoseconds
    let (snapshot, isDue) = state.withLock { state in
      state.done += 1
      let isDue = state.lastLine.map { now - $0 >= Self.minute } ?? true
      if isDue { state.lastLine = now }
      return (state, isDue)
    }
    // A stream asks for requests that are cut.
    if sample.status != .success, sample.memory == nil || sample.status == .failed,
      case .unscored(let status, let message) = sample.outcome
    {
      let complaint = "\(sample.place.cell) \(side.rawValue): \(status.rawValue): \(message)"
      if state.withLock({ $0.complaints.insert(complaint).inserted }) { line(complaint) }
    }
    let part =
      sample.place.item ?? sample.place.round.map { "round \($0)" } ?? snapshot.round ?? "block \(sample.place.block)"
    let place = "\(sample.place.cell) \(part)"
    let times = snapshot.times(after: Double(now - snapshot.start) * 1e-9)
    if isTerminal {
      let filled = min(24 * snapshot.done / max(snapshot.total, 1), 24)
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
      Terminal.redraw(
        Self.lines(snapshot.standing, width) + [
          "\(bar) \(snapshot.done)/\(snapshot.total)  \(times)  \(place) \(side.rawValue)"
        ])
    } else if isDue {
      let standing = snapshot.standing.isEmpty ? "" : "  \(snapshot.standing.runningLine)"
      line("\(snapshot.done)/\(snapshot.total)  \(times)  \(place)\(standing)")
    }
  }

  /// The rules so far, of a terminal's height at most.
  private static func lines(_ standing: [VerdictFace.Part], _ width: Int) -> [String] {
    let lines = standing.runningLines(width: width - 1)
    return Array(lines.prefix(Terminal.errorHeight - 3))
  }

  private func line(_ text: String) {
    if isTerminal { Terminal.redraw([]) }
    Terminal.writeError("\(text.printable)\n")
  }

  /// Nil for the first challenge of a resident, of which there is nothing to say.
  static func challenge(_ number: Int, _ origin: ChallengeOrigin) -> String? {
    switch origin {
    case .new: number > 1 ? "challenge \(number) of this resident" : nil
    case .added(let earlier):
      "challenge \(number) of this resident, with the rounds of \(earlier.counted("earlier comparison"))"
    case .instead(let last, let obstacle):
      "challenge \(number) of this resident: nothing is added to challenge \(last) of these models, which \(obstacle.rawValue)"
    }
  }

  private static let minute: UInt64 = 60_000_000_000

  private static func figure(_ seconds: Double) -> String { String(format: "%.2f", seconds) }

  static func clock(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    return "\(whole / 60):" + String(format: "%02d", whole % 60)
  }
}
